// Tests: what a model reads of HTML, and that no page holds the event loop.
import assert from "node:assert/strict";
import { test } from "node:test";
import { decodePage, pageKind } from "./decode-page.ts";
import { pageText } from "./page-text.ts";

const base = new URL("https://site.example/a/page.html");
const signal = new AbortController().signal;
const read = (html: string) => pageText(html, base, signal);

test("C9 headings, lists, links, tables and code keep a mark; scripts, styles and menus of choices go", async () => {
  const { title, text, cut } = await read(`<!doctype html><html><head><title> A &amp; B
    </title><style>p { color: red }</style><script>if (a < b) alert("<p>no</p>")</script></head><body>
    <h1>Top</h1><p>One  <b>bold</b>
    word, <a href="../b?x=1&amp;y=2">a link</a> and <a href="javascript:alert(1)">a trap</a>.</p>
    <ul><li>first<li>second</ul><select><option>no</select>
    <table><tr><th>k<th>v<tr><td>1<td>2</table>
    <pre>  kept
    as is</pre><img alt="a cat" src="c.png"><noscript>no</noscript>&eacute;&#128512;</body></html>`);
  assert.equal(title, "A & B");
  assert.equal(
    text,
    "# Top\n\nOne bold word, a link (https://site.example/b?x=1&y=2) and a trap.\n\n- first\n- second\n\n| k | v\n| 1 | 2\n\n" +
      "  kept\n    as is\n\n[image: a cat]é😀",
  );
  assert.equal(cut, false);
});

test("C9 a page without a head, a body or ends of elements is read all the same", async () => {
  assert.deepEqual(await read("<title>T</title><p>one<p>two<div>three"), {
    title: "T",
    text: "one\n\ntwo\n\nthree",
    cut: false,
  });
  assert.deepEqual(await read("<title>a</title><title>b</title>c"), { title: "a", text: "c", cut: false });
  assert.deepEqual(await read(""), { title: null, text: "", cut: false });
  assert.equal((await read("<script>never closed <p>x")).text, "");
});

const size = 128 * 1024;
const fill = (piece: string) => piece.repeat(Math.ceil(size / piece.length)).slice(0, size);
const HOSTILE: readonly (readonly [string, string])[] = [
  ["elements inside each other", fill("<div>")],
  ["ends of what never began", `${"<b>".repeat(900)}${fill("</i></x>")}`],
  ["links that grow", fill('<a href="x">y</a>')],
  ["one attribute", `<a href="${fill("x")}`],
  ["many attributes", `<a ${fill("b=1 ")}>`],
  ["one comment", `<!--${fill("-")}`],
  ["entities", fill("&amp;&#x41;&notit;")],
  ["brackets", fill("<")],
  ["spaces", fill(" \n")],
  ["a script", `<script>${fill("</scrip")}`],
  ["titles", fill("<title>x</title>")],
];

test("C9 no page, however made, holds the event loop: others get their turn after each small piece, and the text stays bounded", async () => {
  let turns = 0;
  let next = setImmediate(function others() {
    turns += 1;
    next = setImmediate(others);
  });
  for (const [name, html] of HOSTILE) {
    const { text } = await read(html);
    assert.ok(text.length <= 1_000_000, name);
  }
  clearImmediate(next);
  // Each piece takes milliseconds, and all pages together take hundreds.
  assert.ok(turns > HOSTILE.length, `${turns} turns`);
});

test("C9 a page that is not wanted any more is left in the middle", async () => {
  const controller = new AbortController();
  const reading = pageText(fill("<p>x"), base, controller.signal);
  controller.abort(new Error("stopped"));
  await assert.rejects(reading, /stopped/);
});

const kindOf = (contentType: string | null, text: string) =>
  pageKind({ contentType, bytes: Buffer.from(text, "latin1") });

test("C9 what is not text is refused by its type or its bytes; without a type the bytes tell", () => {
  assert.equal(kindOf("text/html; charset=x", "").kind, "html");
  assert.equal(kindOf("Application/XHTML+XML", "").kind, "html");
  for (const type of ["text/plain", "application/json", "application/ld+json", "image/svg+xml"])
    assert.equal(kindOf(type, "x").kind, "text", type);
  assert.equal(kindOf(null, "  <!DOCTYPE html>").kind, "html");
  assert.equal(kindOf("nonsense", "plain").media_type, "text/plain");
  for (const type of ["application/pdf", "image/png", "application/octet-stream"])
    assert.throws(() => kindOf(type, "x"), {
      name: "ToolError",
      message: `The address leads to ${type}, which is not text.`,
    });
  assert.throws(() => kindOf("text/plain", "a\0b"), /bytes are not text/);
  assert.throws(() => kindOf(null, "\0"), /octet-stream/);
});

test("C9 the character set is that of the byte order mark, else the server's, else the page's, else UTF-8", async () => {
  const decoded = (contentType: string | null, bytes: Uint8Array) =>
    decodePage({ contentType, bytes }, "html");
  const latin = Buffer.from("caf\xe9", "latin1");
  assert.equal(await decoded("text/html; charset=ISO-8859-1", latin), "café");
  assert.equal(await decoded("text/html; charset=no-such-set", Buffer.from("café")), "café");
  assert.equal(
    await decoded(null, Buffer.from('<meta charset="windows-1252">caf\xe9', "latin1")),
    '<meta charset="windows-1252">café',
  );
  assert.equal(await decoded("text/html; charset=latin1", Buffer.from("\ufeffcafé")), "café");
  assert.equal(await decoded(null, Buffer.from("\ufeffcafé", "utf16le")), "café");
  // Looked for as far as the name of one is ever written: each number of spaces would be tried.
  const spaced = `text/html; charset=${" ".repeat(15_000)}latin1`;
  assert.equal(await decoded(spaced, Buffer.from("café")), "café");
  const long = `${"x".repeat(64 * 1024 - 1)}\r\ny\0\u200bz`;
  assert.equal(await decoded(null, Buffer.from(long)), `${"x".repeat(64 * 1024 - 1)}\nyz`);
});
