// Compiles every .mjml file of a folder beside it, and prints what the one named last costs, warm.
import { readFileSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import mjml2html from "mjml"

const [folder, timed, times] = process.argv.slice(2)
// No fonts: ours links to none either.
const compile = (source) => mjml2html(source, { fonts: {}, validationLevel: "skip" })

for (const name of readdirSync(folder).filter((it) => it.endsWith(".mjml"))) {
  const { html } = await compile(readFileSync(join(folder, name), "utf8"))
  writeFileSync(join(folder, name.replace(/mjml$/, "html")), html)
}

const source = readFileSync(join(folder, timed), "utf8")
const took = []
for (let turn = 0; turn < Number(times); turn += 1) {
  const start = performance.now()
  await compile(source)
  took.push(performance.now() - start)
}
took.sort((one, other) => one - other)
console.log(JSON.stringify({ milliseconds: took[Math.floor(took.length / 2)] }))
