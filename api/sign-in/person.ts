// Reads from the claims of a verified token who somebody is, and what they may be here. Pure.
import type { UserRole } from "../../core/access/access.ts";
import { isForAll } from "../../platform/config/sign-in-config.ts";
import type { OidcSettings } from "./oidc-settings.ts";

export type Claims = Readonly<Record<string, unknown>>;

export interface Person {
  readonly subject: string;
  readonly name: string;
  readonly email: string | null;
  /** Null: the issuer says nothing about roles. */
  readonly role: UserRole | null;
}

export type PersonOrRefusal =
  | { readonly type: "person"; readonly person: Person }
  /** `forbidden`: the issuer knows them, but no group lets them in. */
  | {
      readonly type: "refused";
      readonly code: "unauthenticated" | "forbidden";
      readonly reason: string;
    };

type GroupSettings = Pick<OidcSettings, "groupsClaim" | "adminGroups" | "memberGroups">;

const nameCharsMax = 100;
/** Printable ASCII alone: letters that look alike, or become the same in lower case, do not make the same address. */
const EMAIL = /^(?=.{1,254}$)[\x21-\x7e]+@[\x21-\x7e]+$/;
/** OpenID Connect Core 1.0, 2: a subject has at most 255 ASCII characters. */
const SUBJECT = /^[\x20-\x7e]{1,255}$/;
const CONTROL = /[\p{Cc}\p{Cf}\p{Cs}]/gu;

export function readPerson(claims: Claims, settings: GroupSettings): PersonOrRefusal {
  const { sub } = claims;
  if (typeof sub !== "string" || !SUBJECT.test(sub))
    return refused("unauthenticated", "the token has no usable `sub`");
  const { adminGroups, memberGroups } = settings;
  const said = readGroups(claims, settings.groupsClaim);
  const groups = said ?? [];
  const isAdmin = adminGroups.some((each) => groups.includes(each));
  const mayComeIn = isAdmin || isForAll(memberGroups) || memberGroups.some((each) => groups.includes(each));
  if (!mayComeIn) return refused("forbidden", "none of your groups may use this deployment");
  // Some issuers name groups in one kind of token alone: a token without the claim does not say that somebody has none.
  const role = adminGroups.length === 0 || said === null ? null : isAdmin ? "admin" : "member";
  const email = readEmail(claims["email"]);
  return { type: "person", person: { subject: sub, name: readName(claims) ?? email ?? sub, email, role } };
}

function refused(code: "unauthenticated" | "forbidden", reason: string): PersonOrRefusal {
  return { type: "refused", code, reason };
}

function readName(claims: Claims): string | null {
  return cleanText(claims["name"], nameCharsMax) ?? cleanText(claims["preferred_username"], nameCharsMax);
}

/** The address as it came, or none: one that was mended could be that of somebody else. */
function readEmail(value: unknown): string | null {
  return typeof value === "string" && EMAIL.test(value) ? value : null;
}

/** The issuer's users choose their names, which appear in lists and logs of ours. */
function cleanText(value: unknown, charsMax: number): string | null {
  if (typeof value !== "string") return null;
  const text = value.toWellFormed().replace(CONTROL, "").trim();
  return text === "" ? null : Array.from(text).slice(0, charsMax).join("");
}

/** A list of names, or one name; null: the claim is missing. It may lie inside others: `realm_access.roles`. */
function readGroups(claims: Claims, claim: string): readonly string[] | null {
  const found = Object.hasOwn(claims, claim) ? claims[claim] : valueAt(claims, claim.split("."));
  if (found === undefined || found === null) return null;
  const list: readonly unknown[] = Array.isArray(found) ? found : [found];
  return list.filter((each) => typeof each === "string");
}

function valueAt(value: unknown, [first, ...rest]: readonly string[]): unknown {
  if (first === undefined) return value;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, first)) return undefined;
  return valueAt((value as Claims)[first], rest);
}
