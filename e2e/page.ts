import { expect, type Page } from '@playwright/test';

/** The terminal of a page, as a person uses it: eyes on the screen, hands on the keyboard. */
export class TerminalOnPage {
  constructor(readonly page: Page) {}

  async start(): Promise<void> {
    await this.wake();
    await this.see(/\$\s*$/);
  }

  /** As `start`, where a program may be running. */
  async wake(): Promise<void> {
    const begin = this.page.locator('.terminal-start');
    // Islands further down wait until they are seen; the terminal's own must be alive.
    await this.page.locator('.terminal').first().scrollIntoViewIfNeeded();
    await this.page.waitForFunction(() => document.querySelector('.terminal')?.closest('astro-island')?.hasAttribute('ssr') === false);
    if (await begin.isVisible()) await begin.click();
    await expect(this.page.locator('.terminal[data-live="live"]')).toBeVisible();
  }

  async type(line: string): Promise<void> {
    await this.page.locator('.xterm-helper-textarea').focus();
    await this.page.keyboard.type(line);
    await this.page.keyboard.press('Enter');
  }

  async screen(): Promise<string> {
    // xterm draws nothing while it is out of sight.
    await this.page.locator('.terminal').first().scrollIntoViewIfNeeded();
    const rows = await this.page.locator('.xterm-accessibility-tree > div').allInnerTexts();
    return rows
      .map((row) => row.replaceAll('\u00a0', ' ').trimEnd())
      .join('\n')
      .trimEnd();
  }

  /** Waits until the screen shows it. */
  async see(what: RegExp | string): Promise<void> {
    await expect
      .poll(() => this.screen())
      .toMatch(typeof what === 'string' ? new RegExp(what.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : what);
  }
}
