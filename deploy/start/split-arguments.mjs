/** Switches that mean something to Chromium only. They stand before the app's folder on Electron's command line, and headless has no use for them. */
const CHROMIUM =
  /^--(no-sandbox|disable-gpu|password-store=.*|ozone-platform(-hint)?=.*|force-device-scale-factor=.*|remote-debugging-port=.*)$/;

/**
 * @param {readonly string[]} args what stands after `npm start --`
 * @returns {{ chromium: readonly string[], app: readonly string[] }}
 */
export const splitArguments = (args) => ({
  chromium: args.filter((arg) => CHROMIUM.test(arg)),
  app: args.filter((arg) => !CHROMIUM.test(arg)),
});
