/** What is known of one mark of the picture, beside it. Told what to show; decides nothing. */
import type { Placed } from "./census.ts";
import {
  formatBehind,
  formatLoss,
  formatMs,
  gradeOf,
  GRADES,
  type KnownFigures,
  RELAYS,
} from "./figures.ts";
import type { ShownNode } from "./fold.ts";
import { countName, countPlace, nameOf, placeOf } from "./words.ts";

interface PeerCardProps {
  mark: ShownNode;
  /** The peer itself, or the one whose others are counted. */
  placed: Placed;
  figures: KnownFigures;
  self: string | null;
  /** Opens the branch below it; absent where there is nothing to open. */
  onOpen?: (() => void) | undefined;
}

/** Shows a mark's name and figures. */
export function PeerCard({ mark, placed, figures, self, onOpen }: PeerCardProps) {
  const known = mark.peer ? figures.peers.get(mark.id) : figures.levels.get(mark.depth);
  const grade = mark.peer ? gradeOf(known) : "unknown";
  const carries = placed.node.children.length;
  return (
    <>
      <p class="tree-card-name">{mark.peer ? nameOf(placed, self) : `And ${countName(mark)}`}</p>
      <p class="tree-card-place">
        {mark.peer
          ? placeOf(placed, self)
          : `${countPlace(mark)}, below ${
            nameOf(placed, self) === "You" ? "you" : placed.node.name
          }`}
      </p>
      <dl>
        {(!mark.peer || placed.parent) && (
          <>
            <Fact name="Behind" value={formatBehind(known?.latencyMs)} />
            <Fact name="Round trip" value={formatMs(known?.roundTripMs)} />
            <Fact name="Loss" value={formatLoss(known?.loss)} />
          </>
        )}
        {(grade === "strained" || grade === "poor") && <Fact name="Link" value={GRADES[grade]} />}
        {mark.peer && placed.below > 0 && (
          <Fact
            name="Carries"
            value={placed.below > carries ? `${carries}, ${placed.below} in all` : String(carries)}
          />
        )}
        {mark.peer?.relay && <Fact name="Passes on" value={RELAYS[mark.peer.relay]} />}
      </dl>
      {!mark.peer && known && <p class="tree-card-place">Averages of depth {mark.depth}.</p>}
      {onOpen && (
        <button type="button" class="button small" onClick={onOpen}>Open this branch</button>
      )}
    </>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
