import { launchBrowser } from "./local/browser/browser.ts";
import { silentProgress } from "./local/process/progress.ts";
import { bundlePage } from "./src/page/bundle.ts";
import { scriptedServer } from "./test/support/page/server.ts";
import { STATES } from "./test/support/page/states.ts";
import { PREVIEW } from "./test/support/page/preview.ts";
import { view } from "./test/support/page/browser.ts";
const browser = await launchBrowser(silentProgress);
const server = await scriptedServer(await bundlePage(), STATES.controlled); server.preview = PREVIEW;
for (let i=0;i<12;i++) {
 const v = await view(browser, "about:blank");
 await v.page.addInitScript("addEventListener('keydown', (e)=>{ (window.keys ??= []).push([e.key, e.target.outerHTML.slice(0,60), e.defaultPrevented, document.querySelectorAll('dialog').length]); })");
 await v.page.goto(server.url);
 await v.page.getByRole("heading", { level: 1, name: "httpd" }).waitFor();
 for (const key of ["x","?"]) {
   await v.page.keyboard.press(key);
   try { await v.page.getByRole("dialog").waitFor({timeout:4000}); } catch { console.log(i, key, await v.page.evaluate("JSON.stringify([window.keys, document.activeElement.outerHTML.slice(0,80), [...document.querySelectorAll('dialog')].map(d=>d.outerHTML.slice(0,200)), document.querySelector('.pills').innerText])")); break; }
   await v.page.keyboard.press("Escape");
   await v.page.getByRole("dialog").waitFor({ state: "detached" });
 }
 await v.close();
}
await server.stop(); await browser.close();
