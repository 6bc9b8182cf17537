/**
 * Who carries whom, live: a picture and a table of the same, of everybody or of one branch, in its
 * place or filling the window. Loaded only when somebody opens it (tree_panel.tsx).
 */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { RelayMode, TreeNode } from "../../lib/protocol/mod.ts";
import { CloseIcon, FullScreenIcon, ZoomIcon } from "../parts/icons.tsx";
import { takeCensus } from "./census.ts";
import { gradeOf, summaryOf } from "./figures.ts";
import { fold, type ShownNode } from "./fold.ts";
import { PeerTable } from "./peer_table.tsx";
import { Picture } from "./picture.tsx";
import { TreeEmpty } from "./tree_empty.tsx";
import { type TreeClient, useFigures } from "./use_figures.ts";
import { nameOf } from "./words.ts";

/** What a TreeView is told. */
export interface TreeViewProps {
  /** As the service sends it; null before it has come. */
  tree: TreeNode | null;
  client: TreeClient;
  /** The id of whoever looks, to be marked "You". */
  self: string | null;
}

const ZOOMS = [1, 2, 4, 8];

/** Shows a tree. */
export function TreeView({ tree, client, self }: TreeViewProps) {
  const [isTable, setTable] = useState(false);
  const [zoom, setZoom] = useState(0);
  const [wanted, setWanted] = useState<string | null>(null);
  const [isLarge, setLarge] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const isInDialog = useIsInDialog(place);
  const toEnlarge = useFocusAfter(isLarge);
  const census = useMemo(() => takeCensus(tree), [tree]);
  const figures = useFigures(client, census, self);
  const [source] = census.values();
  // A branch goes with its peer.
  const branch = wanted === null ? undefined : census.get(wanted);
  const top = branch ?? source;
  const root = useMemo(() => top && fold(top), [census, top?.node.id]);
  if (!source || !root || source.below === 0) return <TreeEmpty />;

  const summary = summaryOf(census, figures);
  const body = (
    <div class="tree" ref={place}>
      <div class="tree-tools">
        <Segments isTable={isTable} onChange={setTable} />
        {!isTable && (
          <>
            <button
              type="button"
              class="button icon-only"
              aria-label="Smaller"
              disabled={zoom === 0}
              onClick={() => setZoom(zoom - 1)}
            >
              <ZoomIcon />
            </button>
            <button
              type="button"
              class="button icon-only"
              aria-label="Larger"
              disabled={zoom === ZOOMS.length - 1}
              onClick={() => setZoom(zoom + 1)}
            >
              <ZoomIcon isIn />
            </button>
          </>
        )}
        {!isInDialog && (
          <button
            ref={toEnlarge}
            type="button"
            class="button icon-only"
            aria-label={isLarge ? "Close" : "Fill the window"}
            onClick={() => setLarge(!isLarge)}
          >
            {isLarge ? <CloseIcon /> : <FullScreenIcon />}
          </button>
        )}
      </div>
      {!isTable && (
        <p class="tree-path">
          {branch && branch !== source
            ? (
              <>
                <button type="button" class="button small" onClick={() => setWanted(null)}>
                  Back to all
                </button>
                <span>
                  Below {nameOf(branch, self) === "You" ? "you" : branch.node.name}
                </span>
              </>
            )
            : <span>{summary}</span>}
        </p>
      )}
      {isTable
        ? <PeerTable census={census} figures={figures} self={self} summary={summary} />
        : (
          <Picture
            root={root}
            census={census}
            figures={figures}
            self={self}
            summary={summary}
            zoom={ZOOMS[zoom]!}
            onOpen={setWanted}
          />
        )}
      {!isTable && (
        <Legend
          root={root}
          grades={new Set([...figures.peers.values()].map(gradeOf))}
        />
      )}
    </div>
  );
  return isLarge ? <Large onClose={() => setLarge(false)}>{body}</Large> : body;
}

function Segments(
  { isTable, onChange }: { isTable: boolean; onChange: (isTable: boolean) => void },
) {
  const name = useId();
  return (
    <fieldset class="segments">
      <legend class="hidden">Show as</legend>
      <label>
        <input type="radio" name={name} checked={!isTable} onChange={() => onChange(false)} />
        Picture
      </label>
      <label>
        <input type="radio" name={name} checked={isTable} onChange={() => onChange(true)} />
        Table
      </label>
    </fieldset>
  );
}

/** Says what lines and marks mean, as far as they are there. */
function Legend({ root, grades }: { root: ShownNode; grades: ReadonlySet<string> }) {
  const relays = relaysOf(root);
  return (
    <ul class="tree-legend" aria-label="What the signs mean">
      <li>
        <Line grade="well" width={6} /> wider: carries more
      </li>
      {grades.has("strained") && (
        <li>
          <Line grade="strained" width={3} /> strained
        </li>
      )}
      {grades.has("poor") && (
        <li>
          <Line grade="poor" width={3} /> poor
        </li>
      )}
      {relays.has("re-encode") && (
        <li>
          <Dot relay="re-encode" /> encodes again
        </li>
      )}
      {relays.has("none") && (
        <li>
          <Dot relay="none" /> passes nothing on
        </li>
      )}
    </ul>
  );
}

function Line({ grade, width }: { grade: string; width: number }) {
  return (
    <svg width="34" height="10" aria-hidden="true">
      <path class="tree-link" data-tone="0" data-grade={grade} d="M1 5H33" stroke-width={width} />
    </svg>
  );
}

function Dot({ relay }: { relay: RelayMode }) {
  return (
    <svg width="12" height="12" aria-hidden="true">
      <g class="tree-mark" data-relay={relay}>
        <rect x="1.5" y="1.5" width="9" height="9" rx="4.5" />
      </g>
    </svg>
  );
}

/** The ways in which those relay who are shown. */
function relaysOf(root: ShownNode): Set<RelayMode> {
  const all = [root];
  for (const { children } of all) all.push(...children);
  return new Set(all.flatMap(({ peer }) => peer?.relay ?? []));
}

/** The same in a dialog that fills the window. */
function Large(
  { children, onClose }: { children: ComponentChildren; onClose: () => void },
) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current!.showModal(), []);
  return (
    <div class="tree-away">
      <dialog
        ref={dialog}
        class="dialog tree-dialog"
        aria-label="Who carries whom"
        onClose={onClose}
      >
        {children}
      </dialog>
    </div>
  );
}

/** Puts the focus back to what opened the dialog, when that is closed. */
function useFocusAfter(isOpen: boolean) {
  const button = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  useLayoutEffect(() => {
    if (wasOpen.current && !isOpen) button.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);
  return button;
}

/** Whether whoever uses this has put it into a dialog already. */
function useIsInDialog(place: { current: Element | null }): boolean {
  const [isInDialog, setInDialog] = useState(false);
  useLayoutEffect(() => {
    if (place.current?.closest("dialog:not(.tree-dialog)")) setInDialog(true);
  }, []);
  return isInDialog;
}
