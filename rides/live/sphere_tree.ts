import { columns, grow } from "./columns.ts";
import { MinHeap } from "./min_heap.ts";

/** A leaf with more places than this is divided, */
const MOST_PER_LEAF = 32;
/** and a node with this few or less is made a leaf again. */
const MERGE_AT = 8;
/** Cubes of this level are 4 cm wide on the Earth: places as near as that share a leaf, however many. */
const MAX_LEVEL = 28;

const NONE = -1;

/**
 * Places on the unit sphere, each known by a number from 0 that its owner chose, and which of them are
 * the nearest to any point.
 *
 * An octree over x, y and z. On a sphere in space the antimeridian and the poles are places like any
 * other, and a chord is the shorter the shorter its great circle is, so that no search needs
 * trigonometry. It divides itself where the places are, be that one city or the whole Earth. All of it
 * are typed arrays: places come, move and go without an object made or a map rehashed (see
 * ARCHITECTURE.md on long-lived maps).
 */
export class SphereTree {
  readonly #places = columns(["x", "y", "z", "time"], ["leaf", "next", "previous"]);
  readonly #nodes = columns(
    ["x", "y", "z", "newest"],
    ["children", "count", "first", "parent", "level"],
  );
  /** Where the next eight children go, unless some were given back. */
  #used = 1;
  readonly #free: number[] = [];

  constructor() {
    grow(this.#nodes, 1);
    this.#initialize(0, NONE, 0, 0, 0, 0);
  }

  /** Puts a place where it is since `time`. Degrees; it may have been elsewhere before. */
  put(place: number, lat: number, lng: number, time: number): void {
    grow(this.#places, place + 1);
    const { x, y, z, time: times, leaf } = this.#places;
    const [px, py, pz] = onSphere(lat, lng);
    const from = leaf[place]!;
    x[place] = px;
    y[place] = py;
    z[place] = pz;
    times[place] = time;
    if (from !== NONE && this.#holds(from, px, py, pz)) return this.#renew(from, time);
    if (from !== NONE) this.#remove(place, from);
    this.#insert(place, px, py, pz, time);
  }

  /**
   * The nearest places, the nearest first.
   *
   * @param radius along the great circle, in radians
   * @param from only places that were put at that time or later
   */
  nearest(
    lat: number,
    lng: number,
    radius: number,
    limit: number,
    from: number,
  ): number[] {
    const [qx, qy, qz] = onSphere(lat, lng);
    const { x, y, z, time, next } = this.#places;
    const nodes = this.#nodes;
    // A little more than the radius: what is beyond is for the caller to see, who measures exactly.
    let bound = chordSquared(radius) * (1 + 1e-9) + 1e-18;
    const ahead = new MinHeap();
    const found = new MinHeap(); // By the negative distance: the farthest comes out first.
    ahead.push(this.#distanceSquared(0, qx, qy, qz), 0);
    while (ahead.smallest <= bound) {
      const node = ahead.pop();
      const children = nodes.children[node]!;
      if (children !== NONE) {
        for (let child = children; child < children + 8; child++) {
          if (nodes.count[child] === 0 || nodes.newest[child]! < from) continue;
          const distance = this.#distanceSquared(child, qx, qy, qz);
          if (distance <= bound) ahead.push(distance, child);
        }
        continue;
      }
      for (let place = nodes.first[node]!; place !== NONE; place = next[place]!) {
        if (time[place]! < from) continue;
        const dx = x[place]! - qx, dy = y[place]! - qy, dz = z[place]! - qz;
        const distance = dx * dx + dy * dy + dz * dz;
        if (distance > bound || (found.size === limit && distance >= bound)) continue;
        if (found.size === limit) found.pop();
        found.push(-distance, place);
        if (found.size === limit) bound = Math.min(bound, -found.smallest);
      }
    }
    const places: number[] = [];
    while (found.size > 0) places.push(found.pop());
    return places.reverse();
  }

  /** Nothing below a node is newer than it says. What was and went on still counts: that is no harm. */
  #renew(leaf: number, time: number): void {
    const { newest, parent } = this.#nodes;
    for (let node = leaf; node !== NONE && newest[node]! < time; node = parent[node]!) {
      newest[node] = time;
    }
  }

  #insert(place: number, px: number, py: number, pz: number, time: number): void {
    const { children, count, level } = this.#nodes;
    let node = 0;
    count[0]!++;
    while (children[node] !== NONE) {
      node = children[node]! + this.#octant(node, px, py, pz);
      count[node]!++;
    }
    // Before it may be divided: the new leaf would be as new as it has to be, and end the way up.
    this.#renew(node, time);
    this.#link(place, node);
    if (count[node]! > MOST_PER_LEAF && level[node]! < MAX_LEVEL) this.#divide(node);
  }

  #link(place: number, leaf: number): void {
    const { next, previous, leaf: leafOf } = this.#places;
    const { first } = this.#nodes;
    const second = first[leaf]!;
    next[place] = second;
    previous[place] = NONE;
    if (second !== NONE) previous[second] = place;
    first[leaf] = place;
    leafOf[place] = leaf;
  }

  #remove(place: number, leaf: number): void {
    const { next, previous } = this.#places;
    const { first, parent, count } = this.#nodes;
    const after = next[place]!, before = previous[place]!;
    if (before === NONE) first[leaf] = after;
    else next[before] = after;
    if (after !== NONE) previous[after] = before;
    let small = NONE;
    for (let node = leaf; node !== NONE; node = parent[node]!) {
      if (--count[node]! <= MERGE_AT) small = node;
    }
    if (small !== NONE && this.#nodes.children[small] !== NONE) this.#merge(small);
  }

  #divide(leaf: number): void {
    const at = this.#free.pop() ?? this.#used;
    if (at === this.#used) this.#used += 8;
    const nodes = this.#nodes;
    grow(nodes, this.#used);
    const half = 2 ** -(nodes.level[leaf]! + 1);
    for (let octant = 0; octant < 8; octant++) {
      this.#initialize(
        at + octant,
        leaf,
        nodes.level[leaf]! + 1,
        nodes.x[leaf]! + (octant & 1 ? half : -half),
        nodes.y[leaf]! + (octant & 2 ? half : -half),
        nodes.z[leaf]! + (octant & 4 ? half : -half),
      );
    }
    nodes.children[leaf] = at;
    const { x, y, z, time, next } = this.#places;
    let place = nodes.first[leaf]!;
    nodes.first[leaf] = NONE;
    while (place !== NONE) {
      const after = next[place]!;
      const child = at + this.#octant(leaf, x[place]!, y[place]!, z[place]!);
      nodes.count[child]!++;
      nodes.newest[child] = Math.max(nodes.newest[child]!, time[place]!);
      this.#link(place, child);
      place = after;
    }
    for (let child = at; child < at + 8; child++) {
      if (nodes.count[child]! > MOST_PER_LEAF && nodes.level[child]! < MAX_LEVEL) {
        this.#divide(child);
      }
    }
  }

  /** Makes a node a leaf, with all that is below it. */
  #merge(node: number): void {
    const below = this.#nodes.children[node]!;
    this.#nodes.children[node] = NONE;
    for (let child = below; child < below + 8; child++) {
      if (this.#nodes.children[child] !== NONE) this.#merge(child);
      let place = this.#nodes.first[child]!;
      while (place !== NONE) {
        const after = this.#places.next[place]!;
        this.#link(place, node);
        place = after;
      }
    }
    this.#free.push(below);
  }

  #initialize(node: number, parent: number, level: number, x: number, y: number, z: number): void {
    const nodes = this.#nodes;
    nodes.children[node] = NONE;
    nodes.count[node] = 0;
    nodes.newest[node] = -Infinity;
    nodes.first[node] = NONE;
    nodes.parent[node] = parent;
    nodes.level[node] = level;
    nodes.x[node] = x;
    nodes.y[node] = y;
    nodes.z[node] = z;
  }

  #octant(node: number, px: number, py: number, pz: number): number {
    const { x, y, z } = this.#nodes;
    return (px >= x[node]! ? 1 : 0) | (py >= y[node]! ? 2 : 0) | (pz >= z[node]! ? 4 : 0);
  }

  #holds(node: number, px: number, py: number, pz: number): boolean {
    const { x, y, z, level } = this.#nodes;
    const half = 2 ** -level[node]!;
    return px >= x[node]! - half && px < x[node]! + half &&
      py >= y[node]! - half && py < y[node]! + half &&
      pz >= z[node]! - half && pz < z[node]! + half;
  }

  /** From a point to the cube of a node: nothing in it is nearer. */
  #distanceSquared(node: number, qx: number, qy: number, qz: number): number {
    const { x, y, z, level } = this.#nodes;
    const half = 2 ** -level[node]!;
    const dx = Math.max(0, Math.abs(qx - x[node]!) - half);
    const dy = Math.max(0, Math.abs(qy - y[node]!) - half);
    const dz = Math.max(0, Math.abs(qz - z[node]!) - half);
    return dx * dx + dy * dy + dz * dz;
  }
}

const RADIANS = Math.PI / 180;

function onSphere(lat: number, lng: number): [x: number, y: number, z: number] {
  const around = Math.cos(lat * RADIANS);
  return [
    around * Math.cos(lng * RADIANS),
    around * Math.sin(lng * RADIANS),
    Math.sin(lat * RADIANS),
  ];
}

function chordSquared(radians: number): number {
  return (2 * Math.sin(Math.min(radians, Math.PI) / 2)) ** 2;
}
