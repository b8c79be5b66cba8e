// Writes which widespread mail programs lack which feature, by the newest test of each. Usage: node write-support.js OUTPUT
const fs = require('fs');
const path = require('path');
const source = JSON.parse(fs.readFileSync(path.join(process.cwd(), 'node_modules/caniemail/data/caniemail.json'), 'utf8'));
const clients = [
  ['gmail', 'desktop-webmail', 'Gmail'], ['gmail', 'ios', 'Gmail (iOS)'], ['gmail', 'android', 'Gmail (Android)'],
  ['outlook', 'windows', 'Outlook (Windows)'], ['outlook', 'outlook-com', 'Outlook.com'], ['outlook', 'ios', 'Outlook (iOS)'],
  ['apple-mail', 'ios', 'Apple Mail (iOS)'], ['apple-mail', 'macos', 'Apple Mail (macOS)'],
  ['yahoo', 'desktop-webmail', 'Yahoo! Mail'], ['samsung-email', 'android', 'Samsung Email'],
];
const lacks = (feature) => clients.filter(([family, platform]) => {
  const tests = Object.values(feature.stats?.[family]?.[platform] ?? {});
  return tests.length > 0 && tests[tests.length - 1].startsWith('n');
}).map(([, , name]) => name);
const features = source.data.map((feature) => ({ slug: feature.slug, title: feature.title, without: lacks(feature) })).filter((feature) => feature.without.length > 0);
if (features.length < 50) throw new Error('The data of caniemail has another shape than expected.');
fs.writeFileSync(process.argv[2], JSON.stringify(features));
