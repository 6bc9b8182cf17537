import { assert, assertEquals } from "@std/assert";
import type { Post } from "../../lib/bus/post.ts";
import { type GivenUp, ReliablePair } from "../../lib/bus/reliable_pair.ts";
import { seededRandom, VirtualTimers } from "./bus_virtual_time.ts";

/** How a wire treats the posts given to it. */
interface Wire {
  lose: number;
  repeat: number;
  maxDelayMs: number;
}

const PERFECT: Wire = { lose: 0, repeat: 0, maxDelayMs: 0 };
const TICK_MS = 20;

/** Two ends and the wire between them, in virtual time. */
class Conversation {
  timers = new VirtualTimers();
  wire: Wire;
  ends: { pair: ReliablePair; got: number[]; posts: Post[]; gone: GivenUp[]; restarts: number }[] =
    [];
  #random: () => number;
  #lastEpoch = 0;

  constructor(wire: Wire, seed = 1) {
    this.wire = wire;
    this.#random = seededRandom(seed);
    this.restart(0);
    this.restart(1);
    this.#tickForEver();
  }

  /** Replaces one end by a new one that knows nothing. */
  restart(which: 0 | 1, { giveUpAfterMs = 10_000, maxHeldChars = 1e6 } = {}): void {
    const end: (typeof this.ends)[number] = {
      got: [],
      posts: [],
      gone: [],
      restarts: 0,
      pair: new ReliablePair({
        epoch: ++this.#lastEpoch,
        nowMs: this.timers.nowMs,
        credit: () => 4,
        giveUpAfterMs,
        maxHeldChars,
        post: (post) => this.#carry(which, end, post),
        postAgain: (post) => this.#carry(which, end, post),
        onBatch: (text) => end.got.push(...JSON.parse(text)),
        onPeerRestart: () => end.restarts++,
        onWork: () => this.timers.after(0, () => end.pair.flush()),
        onGone: (reason) => end.gone.push(reason),
      }),
    };
    this.ends[which] = end;
    end.pair.greet();
  }

  #carry(from: 0 | 1, end: { posts: Post[] }, post: Post): void {
    end.posts.push(post);
    if (this.#random() < this.wire.lose) return;
    const copies = this.#random() < this.wire.repeat ? 2 : 1;
    for (let i = 0; i < copies; i++) {
      const delayMs = this.#random() * this.wire.maxDelayMs;
      this.timers.after(delayMs, () => this.ends[1 - from]?.pair.receive(post));
    }
  }

  #tickForEver(): void {
    this.timers.after(TICK_MS, () => {
      for (const end of this.ends) end.pair.tick();
      this.#tickForEver();
    });
  }
}

Deno.test("ReliablePair delivers all, once and in order, whatever the wire does", () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = seededRandom(seed);
    const wire = { lose: random() * 0.6, repeat: random(), maxDelayMs: random() * 300 };
    const conversation = new Conversation(wire, seed);
    const sent = [0, 0];
    for (let step = 0; step < 40; step++) {
      for (const which of [0, 1] as const) {
        const burst = Math.floor(random() * 20);
        for (let i = 0; i < burst; i++) {
          conversation.ends[which]!.pair.send(String(sent[which]!++));
        }
      }
      conversation.timers.advance(random() * 60);
    }
    conversation.wire = PERFECT;
    conversation.timers.advance(5000);
    for (const which of [0, 1] as const) {
      const { got, gone } = conversation.ends[1 - which]!;
      assertEquals(got, [...Array(sent[which]!).keys()], `seed ${seed}`);
      assertEquals(gone, [], `seed ${seed}`);
      assert(!conversation.ends[which]!.pair.isWaiting, `seed ${seed}`);
    }
  }
});

Deno.test("ReliablePair recognises a peer that restarted, and repeats nothing to it", () => {
  for (let seed = 0; seed < 200; seed++) {
    const random = seededRandom(seed);
    const wire = { lose: random() * 0.4, repeat: random(), maxDelayMs: random() * 200 };
    const conversation = new Conversation(wire, seed);
    const gots = [conversation.ends[1]!.got];
    let n = 0;
    for (let step = 0; step < 60; step++) {
      const burst = Math.floor(random() * 5);
      for (let i = 0; i < burst; i++) conversation.ends[0]!.pair.send(String(n++));
      if (random() < 0.05) {
        conversation.restart(1);
        gots.push(conversation.ends[1]!.got);
      }
      conversation.timers.advance(random() * 100);
    }
    conversation.wire = PERFECT;
    conversation.timers.advance(5000);
    conversation.ends[0]!.pair.send(String(n));
    conversation.timers.advance(100);
    assert(conversation.ends[0]!.restarts <= gots.length - 1, `seed ${seed}`);
    const all = gots.flat();
    assertEquals(all.at(-1), n, `seed ${seed}`);
    assert(all.every((value, i) => i === 0 || value > all[i - 1]!), `seed ${seed}`);
  }
});

Deno.test("ReliablePair sends what was queued before the peer was known", () => {
  const conversation = new Conversation({ ...PERFECT, lose: 1 });
  conversation.ends[0]!.pair.send("1");
  conversation.timers.advance(3000);
  conversation.wire = PERFECT;
  conversation.timers.advance(500);
  assertEquals(conversation.ends[1]!.got, [1]);
});

Deno.test("ReliablePair puts what is sent within a task into one post", () => {
  const conversation = new Conversation(PERFECT);
  conversation.timers.advance(100);
  const { posts, pair } = conversation.ends[0]!;
  posts.length = 0;
  for (let n = 0; n < 500; n++) pair.send(String(n));
  conversation.timers.advance(TICK_MS - 1);
  assertEquals(posts.filter(({ seq }) => seq > 0).length, 1);
  assertEquals(conversation.ends[1]!.got.length, 500);
});

Deno.test("ReliablePair never has more batches under way than it has credit", () => {
  const conversation = new Conversation(PERFECT);
  conversation.timers.advance(100);
  conversation.wire = { ...PERFECT, lose: 1 };
  const { posts, pair } = conversation.ends[0]!;
  posts.length = 0;
  for (let n = 0; n < 100; n++) {
    pair.send(String(n));
    conversation.timers.advance(10);
  }
  assertEquals(Math.max(...posts.map(({ seq }) => seq)), 4);
  // In one second the oldest is tried again after 100, 200 and 400 ms.
  assertEquals(posts.map(({ seq }) => seq), [1, 2, 3, 4, 1, 1, 1]);
});

Deno.test("ReliablePair acknowledges with the answer when there is one", () => {
  const conversation = new Conversation(PERFECT);
  conversation.timers.advance(100);
  for (const { posts } of conversation.ends) posts.length = 0;
  for (let n = 0; n < 50; n++) {
    conversation.ends[0]!.pair.send(String(n));
    conversation.timers.advance(1);
    conversation.ends[1]!.pair.send(String(n));
    conversation.timers.advance(1);
  }
  for (const { posts } of conversation.ends) assertEquals(posts.length, 50);
});

Deno.test("ReliablePair mends one lost post without waiting for the timeout", () => {
  const conversation = new Conversation(PERFECT);
  conversation.timers.advance(100);
  const [sender, receiver] = conversation.ends;
  conversation.wire = { ...PERFECT, lose: 1 };
  sender!.pair.send("1");
  conversation.timers.advance(6);
  conversation.wire = PERFECT;
  sender!.pair.send("2");
  conversation.timers.advance(2);
  assertEquals(receiver!.got, [1, 2]);
});

Deno.test("ReliablePair gives up a silent peer and drops everything", () => {
  const conversation = new Conversation({ ...PERFECT, lose: 1 });
  const { pair, gone, posts } = conversation.ends[0]!;
  pair.send("1");
  conversation.timers.advance(9_900);
  assertEquals(gone, []);
  conversation.timers.advance(200);
  assertEquals(gone, ["silent"]);
  const count = posts.length;
  pair.send("2");
  conversation.timers.advance(60_000);
  assertEquals(posts.length, count);
  assertEquals(gone, ["silent"]);
  assert(!pair.isWaiting);
});

Deno.test("ReliablePair does not give up an idle peer", () => {
  const conversation = new Conversation(PERFECT);
  conversation.ends[0]!.pair.send("1");
  conversation.timers.advance(3_600_000);
  conversation.ends[0]!.pair.send("2");
  conversation.timers.advance(100);
  assertEquals(conversation.ends[1]!.got, [1, 2]);
  assertEquals(conversation.ends[0]!.gone, []);
});

Deno.test("ReliablePair gives up a peer for which too much waits", () => {
  const conversation = new Conversation({ ...PERFECT, lose: 1 });
  conversation.restart(0, { maxHeldChars: 1000 });
  const { pair, gone } = conversation.ends[0]!;
  for (let n = 0; n < 10; n++) pair.send(JSON.stringify("x".repeat(98)));
  assertEquals(gone, []);
  pair.send("1");
  assertEquals(gone, ["full"]);
});

Deno.test("ReliablePair says nothing after close()", () => {
  const conversation = new Conversation(PERFECT);
  conversation.timers.advance(100);
  const [sender, receiver] = conversation.ends;
  sender!.pair.send("1");
  receiver!.pair.close();
  receiver!.pair.close();
  receiver!.posts.length = 0;
  conversation.timers.advance(60_000);
  assertEquals(receiver!.got, []);
  assertEquals(receiver!.posts, []);
  assertEquals(sender!.gone, ["silent"]);
});
