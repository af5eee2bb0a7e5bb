// Opens Swagger UI in a browser and prints a line for each check: "ok TEXT" or "FAIL TEXT".
// Arguments: the server's address, the browser's path.
import { chromium } from "playwright-core";

const [address, executablePath] = process.argv.slice(2);
const check = (text, holds, seen) => console.log(holds ? `ok ${text}` : `FAIL ${text}: ${JSON.stringify(seen)}`);

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(20000);
  const elsewhere = [];
  const refused = [];
  page.on("console", (message) => {
    if (/Content Security Policy/i.test(message.text())) {
      refused.push(message.text());
    }
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(address) && !request.url().startsWith("data:")) {
      elsewhere.push(request.url());
    }
  });

  // A link to an operation opens it.
  await page.goto(`${address}/swagger/index.html#/Documents/GetDocument`);
  const operation = page.locator("#operations-Documents-GetDocument");
  await operation.getByRole("button", { name: "Try it out" }).click();
  check("a deep link opens its operation", true);

  await operation.locator('tr[data-param-name="id"] input').fill("raw");
  await operation.getByRole("button", { name: "Execute" }).click();
  const shown = await operation.locator(".live-responses-table .highlight-code pre").first().textContent();
  check("a document is shown as its bytes are", shown === process.env.DOCUMENT, shown);

  const operations = await page.locator(".opblock .opblock-summary-method").allTextContents();
  check("HEAD stands behind the other methods of documents", operations.indexOf("HEAD") === 5, operations);
  check("nothing is fetched from elsewhere", elsewhere.length === 0, elsewhere);
  check("nothing of it breaks the page's own policy", refused.length === 0, refused);
} finally {
  await browser.close();
}
