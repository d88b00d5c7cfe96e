// The second door for pages: keepalived with all that it says of a file. It weighs, so a page opens it
// when a file is about to be changed.
import { notActedOn } from "./keepalived/not-acted.ts";
import { moreChecks } from "./keepalived/more-checks.ts";
import { readConfiguration } from "./keepalived/opinions.ts";
import { clusterPrograms } from "./programs/light.ts";

export { notActedOn, readConfiguration };
export const opinionatedPrograms = clusterPrograms(readConfiguration, moreChecks);
