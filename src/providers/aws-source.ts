import type { FoundAwsCredentials } from "../config/provider-aws.ts";

/** Keys that sign, as AWS gives them for a while. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** null for lasting keys. */
  readonly sessionToken: string | null;
  /** Milliseconds since 1970; Infinity where nobody told. */
  readonly endsAt: number;
}

/** What the library's providers give. */
interface Identity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

// It would write to the console, which is the log's.
const silent = (): void => {};
const logger = { debug: silent, info: silent, warn: silent, error: silent };

/** Of the library's clients of STS and SSO, in milliseconds; without them they wait for ever. */
const patience = { connectionTimeout: 5_000, requestTimeout: 10_000, throwOnRequestTimeout: true } as const;

// Code that only a provider with that place needs. A place that was named is asked alone, not with the chain behind it:
// what it does not give must not come from somewhere else, as another identity.
const find = async (place: FoundAwsCredentials, region: string): Promise<Identity> => {
  // Made anew each time, since the library keeps clients in it; the files may have changed.
  const options = { logger, ignoreCache: true, parentClientConfig: { region, requestHandler: { ...patience } } };
  switch (place.kind) {
    case "profile": {
      const { fromIni } = await import("@aws-sdk/credential-provider-ini");
      return fromIni({ ...options, profile: place.name })();
    }
    case "web_identity": {
      const { fromTokenFile } = await import("@aws-sdk/credential-provider-web-identity");
      return fromTokenFile(options)();
    }
    case "container": {
      const { fromHttp } = await import("@aws-sdk/credential-provider-http");
      return fromHttp(options)();
    }
    case "default": {
      const { defaultProvider } = await import("@aws-sdk/credential-provider-node");
      return defaultProvider(options)();
    }
  }
};

/**
 * Makes what asks for keys where a config or the environment says they are; each call asks anew.
 *
 * The endpoints asked are AWS's own or those of the environment; STS and SSO lie in `region` unless a profile says
 * otherwise. Rejects with the library's own error, which may hold more than a log should.
 *
 * @see npm `@aws-sdk/credential-provider-node` 3.972.97 and its kin;
 * https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html (read 2026-11-22)
 */
export const createAwsSource =
  (place: FoundAwsCredentials, region: string): (() => Promise<AwsKeys>) =>
  async () => {
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = await find(place, region);
    return {
      accessKeyId,
      secretAccessKey,
      sessionToken: sessionToken === undefined || sessionToken === "" ? null : sessionToken,
      endsAt: expiration?.getTime() ?? Infinity,
    };
  };
