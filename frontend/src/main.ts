import { mount } from "svelte";
import App from "./App.svelte";
import "./tokens.css";
import "./base.css";
import { theme } from "./i18n/theme.svelte";

theme.follow(""); // the system's, until the operator's choice is read
mount(App, { target: document.getElementById("app")! });
