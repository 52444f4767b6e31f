// What a browser carries while it is at the issuer, and brings back unchanged.
import { z } from "zod";

export const signInUnderWay = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  code_verifier: z.string(),
  redirect_uri: z.string(),
  return_to: z.string(),
});

export type SignInUnderWay = z.output<typeof signInUnderWay>;
