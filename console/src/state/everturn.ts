// stub
import { Everturn } from "../../../client/index.ts";
export const everturn = new Everturn();
