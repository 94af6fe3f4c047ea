// Drives the page at URL in a headless chromium, and leaves pictures of it in FOLDER (Node 20, Chromium).
//
//   node --experimental-websocket serve_page.mjs URL FOLDER
import { spawn } from "node:child_process";
import { writeFileSync, mkdtempSync } from "node:fs";
const url = process.argv[2], out = process.argv[3];
const dir = mkdtempSync("/tmp/chrome-");
const chrome = spawn("chromium", ["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=9333", "--user-data-dir=" + dir, "--window-size=1000,800", "about:blank"], { stdio: "ignore" });
const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
let target;
for (let i = 0; i < 100 && !target; i++) { await sleep(200); try { target = (await (await fetch("http://127.0.0.1:9333/json")).json()).find((t) => t.type === "page"); } catch {} }
const socket = new WebSocket(target.webSocketDebuggerUrl);
await new Promise((r) => socket.addEventListener("open", r));
let id = 0; const waiting = new Map(); const errors = [];
socket.addEventListener("message", (e) => { const m = JSON.parse(e.data); if (m.id) { waiting.get(m.id)(m.result); } else if (m.method === "Runtime.exceptionThrown" || (m.method === "Log.entryAdded" && m.params.entry.level === "error")) errors.push(JSON.stringify(m.params).slice(0, 400)); });
const call = (method, params = {}) => new Promise((r) => { waiting.set(++id, r); socket.send(JSON.stringify({ id, method, params })); });
const run = async (expression) => (await call("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true })).result.value;
const shot = async (name) => writeFileSync(out + "/" + name + ".png", Buffer.from((await call("Page.captureScreenshot")).data, "base64"));
const check = (what, is) => { console.log((is ? "ok    " : "WRONG ") + what); if (!is) process.exitCode = 1; };
const until = async (expression) => { for (let i = 0; i < 300; i++) { if (await run(expression)) return true; await sleep(100); } return false; };
await call("Page.enable"); await call("Runtime.enable"); await call("Log.enable");
await call("Page.navigate", { url });
check("the models are listed", await until("document.querySelectorAll('#model option').length > 0"));
const ask = (text) => run(`document.getElementById('question').value = ${JSON.stringify(text)}; document.getElementById('compose').requestSubmit()`);
await ask("Say hello <b>now</b>");
check("an answer comes", await until("document.querySelector('article.assistant .text')?.textContent.length > 5 && document.getElementById('send').textContent === 'Send'"));
check("what the user wrote is text", await run("document.querySelector('article.user .text').textContent === 'Say hello <b>now</b>' && !document.querySelector('article b, article img')"));
check("figures are shown", await run("document.getElementById('figures').textContent.includes('tokens/s')"));
await shot("light");
await call("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: "dark" }] });
await run("document.getElementById('options').click()"); await sleep(200);
await shot("dark");
await call("Emulation.setDeviceMetricsOverride", { width: 375, height: 700, deviceScaleFactor: 2, mobile: true }); await sleep(200);
check("nothing is wider than a phone", await run("document.documentElement.scrollWidth <= 375"));
await shot("phone");
await run("[...document.querySelectorAll('article.assistant button')].find((b) => b.textContent === 'Retry').click()");
check("retry answers again", await until("document.querySelectorAll('article.assistant').length === 1 && document.getElementById('send').textContent === 'Send' && document.querySelector('article.assistant .text').textContent.length > 5"));
await run("[...document.querySelectorAll('article.user button')].find((b) => b.textContent === 'Edit').click()");
check("edit brings the question back", await run("document.getElementById('question').value === 'Say hello <b>now</b>' && document.querySelectorAll('article').length === 0"));
await ask("SLOW and long"); await sleep(150);
await run("document.getElementById('send').click()");
check("stop stops", await until("document.getElementById('send').textContent === 'Send' && document.querySelector('article.assistant .error')?.textContent === 'Stopped.'"));
check("no error in the console: " + errors.join(), errors.length === 0);
chrome.kill();
process.exit();
