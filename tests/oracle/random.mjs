// SPDX-License-Identifier: Apache-2.0
// random.mjs - chance that can be repeated: mulberry32 (Tommy Ettinger, public domain).

export class Random {
	constructor(seed) {
		this.state = seed >>> 0;
	}

	bits() {
		this.state = (this.state + 0x6d2b79f5) >>> 0;
		let t = this.state;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return (t ^ (t >>> 14)) >>> 0;
	}

	// 0 … below - 1
	below(below) {
		return this.bits() % below;
	}

	between(least, most) {
		return least + this.below(most - least + 1);
	}

	chance(percent) {
		return this.below(100) < percent;
	}

	pick(list) {
		return list[this.below(list.length)];
	}

	shuffled(list) {
		const copy = [...list];
		for (let i = copy.length - 1; i > 0; i--) {
			const j = this.below(i + 1);
			[copy[i], copy[j]] = [copy[j], copy[i]];
		}
		return copy;
	}

	some(list, percent) {
		return list.filter(() => this.chance(percent));
	}
}
