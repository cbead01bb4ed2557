// Hands over ready messages through nodemailer's pool, and prints what that took.
import { createRequire } from "node:module"
import nodemailer from "nodemailer"

const [port, count, size, connections] = process.argv.slice(2).map(Number)
// Not counted: until then the code is not compiled, and the connections are not open.
const WARM = 20 * connections
const { version } = createRequire(import.meta.url)("nodemailer/package.json")

const pool = nodemailer.createTransport({
  host: "127.0.0.1",
  port,
  secure: false,
  ignoreTLS: true,
  pool: true,
  maxConnections: connections,
  maxMessages: 100, // its default, and ours
})
const line = "Say what you think, and *go* when you have to.\r\n"
const body = Buffer.from(line.repeat(Math.floor(size / line.length)))

async function sendAll(total) {
  let next = 0
  // Two for each connection, so that the pool always has one in hand.
  const workers = Array.from({ length: 2 * connections }, async () => {
    while (next < total) {
      const to = `reader-${next++}@mail.example`
      const head = Buffer.from(`To: ${to}\r\nSubject: The long meeting\r\n\r\n`)
      await pool.sendMail({
        envelope: { from: "letters@news.example", to: [to] },
        raw: Buffer.concat([head, body]),
      })
    }
  })
  await Promise.all(workers)
}

await sendAll(WARM)
const start = performance.now()
const before = process.cpuUsage()
await sendAll(count)
const used = process.cpuUsage(before)
const seconds = (performance.now() - start) / 1000
pool.close()
console.log(JSON.stringify({ seconds, cpu_seconds: (used.user + used.system) / 1e6, version }))
