// In the place of `mime-types` in the main bundle. Koa and its parts load three copies of it, each with the 2,500 types of
// `mime-db`, sort them at every start (60 ms) and then ask for the few that this gateway speaks.
/** @type {Readonly<Record<string, string>>} */
const types = {
  html: 'text/html',
  css: 'text/css',
  js: 'text/javascript',
  json: 'application/json',
  svg: 'image/svg+xml',
  png: 'image/png',
  ico: 'image/x-icon',
  woff2: 'font/woff2',
  text: 'text/plain',
  txt: 'text/plain',
  xml: 'application/xml',
  zip: 'application/zip',
  bin: 'application/octet-stream',
  urlencoded: 'application/x-www-form-urlencoded',
};

/** @param {string} name a type's short name, an extension, or a file's name */
const lookup = (name) => types[name.toLowerCase().replace(/^.*[./\\]/s, '')] || false;

/** @param {string} type */
const charset = (type) => (/^text\/|\bjson\b/i.test(type) ? 'UTF-8' : false);

/** @param {string} text a type or a short name; a type comes back as it is, with its charset where it has none */
const contentType = (text) => {
  const type = text.includes('/') ? text : lookup(text);
  if (!type || type.includes('charset')) return type;
  return charset(type) ? `${type}; charset=utf-8` : type;
};

/** @param {string} type */
const extension = (type) => Object.keys(types).find((name) => types[name] === type.replace(/;.*/s, '').trim().toLowerCase()) || false;

module.exports = { lookup, contentType, charset, extension, types };
