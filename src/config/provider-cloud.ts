import * as z from "zod/mini";
import { describe, text } from "./fields.ts";
import { regionPattern } from "./provider-aws.ts";

// What a provider of type bedrock or vertex says of itself: where it lies and who asks.

const secret = () =>
  z.string().check(z.trim(), z.regex(/^[\x21-\x7e]*$/, "must hold no spaces, line breaks or letters outside ASCII"));

// Empty, as from ${NAME:-}, is not said.
const region = text(/^(?:[a-z0-9]+(?:-[a-z0-9]+)*)?$/, "must be a region of AWS, such as eu-west-1");
// Older projects belong to a domain: example.com:my-project.
const project = text(/^(?:[A-Za-z0-9][A-Za-z0-9.:-]*)?$/, "must be the id of a project, such as my-project-123");
const location = text(regionPattern, "must be a location of Vertex AI, such as global, eu or europe-west4");

// Empty, too; no other name is found by the library that reads the file.
const profile = text(/^[\w@+.%:/-]*$/, "must be the name of a profile of ~/.aws without spaces, such as work");

const isObjectText = (written: string): boolean => {
  try {
    const value: unknown = JSON.parse(written);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
};
const needsJson = "must be the text of a credentials file, which is a JSON object; credentials_file takes its path";
const credentialsJson = z
  .string()
  .check(z.refine((written) => written.trim() === "" || isObjectText(written), needsJson));

/** The keys of type bedrock alone, but for its `api_key`. */
export const bedrockKeys = {
  region: describe(
    z.optional(region),
    "Only for type bedrock: its region. Default: AWS_REGION, else AWS_DEFAULT_REGION.",
  ),
  access_key_id: describe(
    z.optional(secret()),
    "Only for type bedrock: the access key that signs, with secret_access_key. Default: AWS_BEARER_TOKEN_BEDROCK, AWS_ACCESS_KEY_ID and its kin, AWS_PROFILE, AWS_WEB_IDENTITY_TOKEN_FILE with AWS_ROLE_ARN, AWS_CONTAINER_CREDENTIALS_*_URI, the first that is set; without any the provider is switched off.",
  ),
  secret_access_key: describe(z.optional(secret()), "Only for type bedrock: the secret of access_key_id."),
  session_token: describe(z.optional(secret()), "Only for type bedrock: the session of temporary keys."),
  profile: describe(
    z.optional(profile),
    "Only for type bedrock: a profile of ~/.aws that gives the keys: a role, SSO, a process, keys.",
  ),
  credentials: describe(
    z.optional(z.enum(["default"])),
    "Only for type bedrock: default takes keys from where AWS's own tools look, the metadata service of EC2 included, which is asked for nothing else.",
  ),
} as const;

/** The keys of type vertex alone. */
export const vertexKeys = {
  project: describe(
    z.optional(project),
    'Only for type vertex: the project that pays. Empty, as from "${GOOGLE_CLOUD_PROJECT:-}", switches the provider off.',
  ),
  location: describe(z.optional(location), "Only for type vertex: a region, us, eu or global. Default global."),
  credentials_file: describe(
    z.optional(z.string()),
    "Only for type vertex: the path of a credentials file. Without it and credentials_json the Application Default Credentials are taken.",
  ),
  credentials_json: describe(
    z.optional(credentialsJson),
    'Only for type vertex: the text of such a file, as from "${NAME}".',
  ),
} as const;
