import { $ } from "../demo/dom.ts";
import { showTheme } from "../demo/preferences.ts";
import { start } from "./app.ts";

showTheme();
start($("app"));
