/** Reads the tree as somebody does who does not see the picture: from the table. */
import type { Page } from "playwright-core";

/** A viewer, as the table has it; figures as they are written, and null where there are none. */
export interface TreeRow {
  name: string;
  depth: number;
  behind: string | null;
  roundTrip: string | null;
  loss: string | null;
  carriedBy: string;
  carries: number;
  passesOn: string;
}

/** Reads the rows; nobody while nobody watches. Switches to the table first, and leaves it so. */
export async function readTree(page: Page): Promise<TreeRow[]> {
  const choice = page.getByRole("radio", { name: "Table" });
  if (await choice.count() === 0) return [];
  // The words beside it are what people click.
  if (!await choice.isChecked()) await page.getByText("Table", { exact: true }).click();
  const rows = await page.getByRole("table").locator("tbody tr").evaluateAll((rows) =>
    rows.map((row) => [...row.children].map(({ textContent }) => textContent ?? ""))
  );
  return rows.map((
    [name, depth, behind, roundTrip, loss, _link, carriedBy, carries, passesOn],
  ) => ({
    name: name!,
    depth: Number(depth),
    behind: known(behind!),
    roundTrip: known(roundTrip!),
    loss: known(loss!),
    carriedBy: carriedBy!,
    carries: Number(carries),
    passesOn: passesOn!,
  }));
}

function known(text: string): string | null {
  return text === "–" ? null : text;
}
