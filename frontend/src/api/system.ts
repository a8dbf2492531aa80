import * as bound from "../../wailsjs/go/bridge/System";
import type { bridge, desk, opora } from "../../wailsjs/go/models";
import { ClipboardGetText } from "../../wailsjs/runtime/runtime";
import { call } from "./failure";

export type State = bridge.State;
export type Settings = opora.Settings;
export type Line = desk.Line;

export const state = () => call(bound.State());
export const doctor = () => call(bound.Doctor());
export const settings = () => call(bound.Settings());
export const saveSettings = (settings: Settings) => call(bound.SaveSettings(settings));

/** The text on the clipboard, for the paste button: the page's own clipboard is closed to it. */
export const clipboardText = () => call(ClipboardGetText());
