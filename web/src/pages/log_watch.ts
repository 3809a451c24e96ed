/** On the start page: after every sign-in the log is compared with what this browser has seen of it. Uses no key. */

import { watchAndTell } from "../ui/log_alarm";

const { firm } = document.body.dataset;
if (firm !== undefined) void watchAndTell(firm);
