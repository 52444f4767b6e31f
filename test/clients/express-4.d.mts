// Tests: what is called of it stands where it is called.
export const express4: unknown;
