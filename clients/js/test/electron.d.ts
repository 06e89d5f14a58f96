/** What the how-to uses of Electron, which is too large to install for a test. */

export const app: {
  whenReady(): Promise<void>;
  getVersion(): string;
  getLocale(): string;
  on(event: "before-quit", listener: () => void): void;
};
export class BrowserWindow {
  constructor(options?: { webPreferences?: { preload?: string } });
  readonly webContents: { send(channel: string, ...args: unknown[]): void };
  loadFile(path: string): Promise<void>;
  loadURL(url: string): Promise<void>;
  setPosition(x: number, y: number): void;
}
export const ipcMain: {
  handle(channel: string, listener: (event: unknown, text: string) => unknown): void;
};
export const ipcRenderer: {
  invoke(channel: string, ...args: unknown[]): Promise<unknown>;
  on(channel: string, listener: () => void): void;
};
export const contextBridge: { exposeInMainWorld(key: string, api: Record<string, unknown>): void };
