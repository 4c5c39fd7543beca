// The page of one data set: a question before what cannot be taken back.

import { followAsks } from "./study/asks.js";

followAsks("");
