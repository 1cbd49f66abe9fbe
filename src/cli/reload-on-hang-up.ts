import { countFixtures, type Mock } from "../mock-server.ts";
import { say } from "./say.ts";

/** Reads the fixtures again at SIGHUP and tells of it on stderr; those before stay while the new ones are wrong. */
export const reloadOnHangUp = ({ reload, fixtureCount }: Pick<Mock, "reload" | "fixtureCount">): void => {
  const again = async (): Promise<void> => {
    const wrong = await reload();
    await say(wrong ?? `${countFixtures(fixtureCount())}, read again`);
  };
  process.on("SIGHUP", () => void again());
};
