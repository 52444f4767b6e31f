// The reasoning efforts that the API knows, from none to the most.
export const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;
