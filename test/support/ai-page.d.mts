// Tests: the types of the file beside this one.
export function openPage(component: () => null): () => void;
