// Takes over what has changed when the desk has another version. The address holds what is shown,
// so asking for it again gives the same side of the newer issue; a part that is the same stays as
// it is, with how far one has read in it.
const page = document.documentElement;
const live = document.getElementById("live");
const parts = new Map([...document.querySelectorAll("[data-part]")].map((part) => [part, part.innerHTML]));
let newest = page.dataset.version;
let busy = false;

const say = (state, text) => { live.dataset.live = state; live.textContent = text; };

function replace(part, html) {
  const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
  const open = new Map([...part.querySelectorAll("details")].map((each) => [each.id, each.open]));
  part.innerHTML = html;
  for (const [id, was] of open) document.getElementById(id)?.toggleAttribute("open", was);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

async function renew() {
  const answer = await fetch(location.href);
  if (!answer.ok) return location.reload();
  // The style is the same; its nonce is not, and the browser would complain of it.
  const text = (await answer.text()).replace(/<style[^]*?<\/style>/, "");
  const fresh = new DOMParser().parseFromString(text, "text/html");
  for (const [part, html] of parts) {
    const now = fresh.getElementById(part.id).innerHTML;
    if (now !== html) { replace(part, now); parts.set(part, now); }
  }
  document.title = fresh.title;
  page.dataset.version = fresh.documentElement.dataset.version;
  say("yes", `Renewed at ${new Date().toLocaleTimeString("en-GB")}`);
}

const events = new EventSource("events");
events.onopen = () => say("yes", "Follows your files");
events.onerror = () => say("no", "The preview has ended; start it again");
events.onmessage = async ({ data }) => {
  newest = data;
  if (busy) return;
  busy = true;
  try {
    while (newest !== page.dataset.version) {
      const asked = newest;
      await renew();
      if (newest === asked) newest = page.dataset.version;
    }
  } catch {
    // The desk went away in between; the event stream says so when it notices.
  } finally {
    busy = false;
  }
};
addEventListener("pagehide", () => events.close());
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

page.classList.add("scripted");
document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("button[data-copies]");
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = "Copy"; }, 2000);
});
