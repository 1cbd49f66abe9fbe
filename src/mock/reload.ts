import type { Fixture, FixtureSet } from "./fixture.ts";
import { createFixtureSet } from "./fixtures/fixture-set.ts";

/** What a load of the fixtures' files comes to. */
export type LoadedFixtures<Fault> =
  | { readonly kind: "ok"; readonly fixtures: readonly Fixture[] }
  | { readonly kind: "faulty"; readonly faults: readonly Fault[] };

export interface ReloadParts<Fault> {
  readonly load: () => LoadedFixtures<Fault> | Promise<LoadedFixtures<Fault>>;
  /** Takes the new set. */
  readonly take: (fixtures: FixtureSet | null) => void;
  /** Told of every reload: how many fixtures there are now, or why the old ones stay. */
  readonly done: (outcome: { readonly fixtures: number } | { readonly faults: readonly Fault[] }) => void;
}

/** Makes the function that loads the files again: the new set is taken when it is wholly valid, else the old one stays. */
export const createReload =
  <Fault>({ load, take, done }: ReloadParts<Fault>): (() => Promise<boolean>) =>
  async () => {
    const loaded = await load();
    if (loaded.kind === "faulty") {
      done({ faults: loaded.faults });
      return false;
    }
    take(loaded.fixtures.length === 0 ? null : createFixtureSet(loaded.fixtures));
    done({ fixtures: loaded.fixtures.length });
    return true;
  };
