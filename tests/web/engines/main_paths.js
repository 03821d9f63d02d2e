/**
 * The console's main paths, as somebody walks them who has just come: an account, a position, the board, an import,
 * a practice in writing, its report, and a look at every other page.
 *
 * Run as: node main_paths.js firefox|webkit PROGRAM ADDRESS. It names each path that it has come to the end of, and leaves
 * a picture of a failure in its folder.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Page } from "./page.js";

const [engineName, program, address] = process.argv.slice(2);
const folder = process.cwd();
const EMAIL = `${engineName}.${Date.now()}@example.com`;
const PASSWORD = "correct horse battery";
const SHEET = "Role,Employer,Stage,Date Applied\nBaker,Initech,Applied,2024-01-15\nCook,Umbrella,Rejected,2024-02-20\n";
const ANSWERS = ["I am Ada, and I write programs.", "I led the move of 40 tables in three weeks.", "No, that is all."];

const { start } = await import(`./${engineName}.js`);
const engine = await start(program);
const page = new Page(engine, address);
try {
  for (const path of [getAccount, signIn, add, move, importSheet, practise, readReport, lookAround]) {
    await path();
    console.log(path.name);
  }
  const problems = await engine.problems();
  if (problems.length > 0) throw new Error(`The pages logged: ${problems.join("; ")}`);
} catch (error) {
  // A browser that has died gives none, and what failed is what counts.
  await engine.picture().then((picture) => writeFileSync(join(folder, "failure.png"), picture), () => {});
  throw error;
} finally {
  await engine.end();
}

async function getAccount() {
  await page.open("/app/");
  await page.click("Create an account");
  await page.fill("First name", "Ada");
  await page.fill("Email", EMAIL);
  await page.fill("Password", PASSWORD);
  await page.click("Create account");
  await page.sees("Practise for two minutes");
}

async function signIn() {
  await page.click("AD, Account");
  await page.click("Sign out");
  await page.fill("Email", EMAIL);
  await page.fill("Password", PASSWORD);
  await page.press("Enter");
  await page.sees("Practise for two minutes");
}

async function add() {
  await page.press("n");
  await page.fill("A link, or the posting’s text", "Acme is hiring a Backend Engineer.");
  await page.click("Fill it in myself");
  await page.fill("Title", "Backend Engineer");
  await page.fill("Company", "Northwind");
  await page.press("Enter");
  await page.sees("Added: Backend Engineer at Northwind.");
}

async function move() {
  await page.click("Board");
  await page.click("Move Northwind, Backend Engineer");
  await page.click("Screening");
  await page.sees("Northwind moved to Screening.");
  await page.drag(".screening .board-card", ".board-column.interviewing");
  await page.sees("Northwind moved to Interviewing.");
}

async function importSheet() {
  const sheet = join(folder, "sheet.csv");
  writeFileSync(sheet, SHEET);
  await page.open("/app/import");
  await page.choose("Drop a file here, or choose one", sheet);
  await page.sees("All 2 rows can be imported.");
  await page.click("Import 2 positions");
  await page.sees("2 positions were imported.");
}

async function practise() {
  await page.click("Practice");
  await page.click("Start Two-minute demo");
  await page.click("Go on without a microphone");
  await page.click("Join");
  for (const [index, answer] of ANSWERS.entries()) {
    await page.fill("Your answer", answer);
    await page.press("Enter");
    await page.sees(answer);
    await page.click(index + 1 < ANSWERS.length ? "Next question" : "Finish");
  }
  await page.sees("The interview is over");
}

async function readReport() {
  await page.click("Back to practice");
  await page.click("Report of Two-minute demo");
  await page.sees("Too little was said to judge");
  for (const answer of ANSWERS) await page.sees(answer);
}

async function lookAround() {
  await page.open("/app/list");
  for (const company of ["Initech", "Umbrella", "Northwind"]) await page.sees(company);
  await page.click("Northwind");
  await page.sees("What happened, or what to remember");
  await page.click("Calendar");
  await page.click("Month");
  await page.sees("Times are in your browser’s time zone");
  await page.click("Statistics");
  await page.sees("You have sent 3 applications");
  await page.click("AD, Account");
  await page.click("Settings");
  await page.sees("Your data");
}
