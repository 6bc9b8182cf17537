import { assertEquals } from "@std/assert";
import { render } from "preact-render-to-string";
import { renderMarkdown, slug } from "../../routes/pages/markdown.tsx";

const html = (text: string) => renderMarkdown(text).map((block) => render(block));

Deno.test("our Markdown becomes what it says", () => {
  assertEquals(
    html("# One `two`\n\nA **bold** [link](#there)\nand more.\n\n- first\n  goes on\n- second"),
    [
      `<h1 id="one-two">One <code>two</code></h1>`,
      `<p>A <strong>bold</strong> <a href="#there">link</a> and more.</p>`,
      `<ul><li>first\n  goes on</li><li>second</li></ul>`,
    ],
  );
  assertEquals(html("| a | b |\n| - | - |\n| `c` | d |"), [
    `<div class="table"><table><thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead>` +
    `<tbody><tr><th scope="row"><code>c</code></th><td>d</td></tr></tbody></table></div>`,
  ]);
  assertEquals(html("```html\n<p>\n\n# not a heading\n```\n\nAfter."), [
    `<pre class="code" tabindex="0"><code>&lt;p>\n\n# not a heading</code></pre>`,
    "<p>After.</p>",
  ]);
});

Deno.test("text stays text, and code that does not end is no trap", () => {
  assertEquals(html("<b>&amp;</b> `<i>`"), ["<p>&lt;b>&amp;amp;&lt;/b> <code>&lt;i></code></p>"]);
  assertEquals(html("```\nnever ends").length, 1);
});

Deno.test("headings have the addresses that links in the file lead to", async () => {
  const text = await Deno.readTextFile(new URL("../../docs/EMBEDDING.md", import.meta.url));
  const ids = new Set([...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => slug(heading!)));
  for (const [, link] of text.matchAll(/\]\(#([^)]+)\)/g)) {
    assertEquals(ids.has(link!), true, link);
  }
});
