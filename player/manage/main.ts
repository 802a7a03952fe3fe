// The pages of classes and people: they work without this; it adds what only a script can do.
import { offerCopies } from "./copy";
import { showResumeHints } from "./resume";

offerCopies(document);
showResumeHints(document);
