/**
 * Renders the Markdown of our own documents: headings, paragraphs, lists, tables, code, links. What they
 * do not use is not known here. Pure; text stays text, whatever is in it.
 */
import type { ComponentChildren, VNode } from "preact";

const FENCE = /^```(\w*)$/;
const HEADING = /^(#{1,3}) (.+)$/;
const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)]+)\)/g;

/** Renders a document, an element for each of its blocks. */
export function renderMarkdown(text: string): VNode[] {
  const lines = text.split("\n");
  const blocks: VNode[] = [];
  while (lines.length > 0) {
    const fence = FENCE.exec(lines[0]!);
    if (fence) {
      const end = lines.indexOf("```", 1);
      const text = lines.splice(0, end < 0 ? lines.length : end + 1);
      blocks.push(<Code text={text.slice(1, end < 0 ? undefined : -1).join("\n")} />);
      continue;
    }
    const next = lines.findIndex((line) => line === "" || FENCE.test(line));
    const block = lines.splice(0, next < 0 ? lines.length : Math.max(next, 1));
    if (block[0] !== "") blocks.push(renderBlock(block));
  }
  return blocks;
}

/** Makes the id of a heading, as sites that show the file do. */
export function slug(heading: string): string {
  return heading.toLowerCase().replace(/[^\w\s-]/g, "").replace(/\s/g, "-");
}

function renderBlock(lines: string[]): VNode {
  const heading = HEADING.exec(lines[0]!);
  if (heading) {
    const Tag = `h${heading[1]!.length}` as "h1" | "h2" | "h3";
    return <Tag id={slug(heading[2]!)}>{inline(heading[2]!)}</Tag>;
  }
  if (lines[0]!.startsWith("|")) return <Table lines={lines} />;
  if (lines[0]!.startsWith("- ")) {
    const items = lines.join("\n").slice(2).split("\n- ");
    return <ul>{items.map((item, i) => <li key={i}>{inline(item)}</li>)}</ul>;
  }
  return <p>{inline(lines.join(" "))}</p>;
}

function Code({ text }: { text: string }) {
  // It scrolls by itself where it is too wide, and then the keyboard must get there.
  return <pre class="code" tabIndex={0}><code>{text}</code></pre>;
}

function Table({ lines }: { lines: string[] }) {
  const cells = (line: string) => line.split("|").slice(1, -1).map((cell) => cell.trim());
  const [head, , ...rows] = lines.map(cells);
  return (
    <div class="table">
      <table>
        <thead>
          <tr>{head!.map((cell, i) => <th key={i} scope="col">{inline(cell)}</th>)}</tr>
        </thead>
        <tbody>
          {rows.map(([first, ...others], i) => (
            <tr key={i}>
              <th scope="row">{inline(first!)}</th>
              {others.map((cell, k) => <td key={k}>{inline(cell)}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function inline(text: string): ComponentChildren[] {
  const parts: ComponentChildren[] = [];
  let at = 0;
  for (const { 0: whole, 1: code, 2: bold, 3: label, 4: href, index } of text.matchAll(INLINE)) {
    parts.push(text.slice(at, index));
    if (code !== undefined) parts.push(<code>{code}</code>);
    else if (bold !== undefined) parts.push(<strong>{inline(bold)}</strong>);
    else parts.push(<a href={href}>{label}</a>);
    at = index + whole.length;
  }
  return [...parts, text.slice(at)];
}
