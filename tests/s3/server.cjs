// server.cjs FOLDER PORT [CERTIFICATE KEY] - a server of the S3 API on loopback with the bucket "wayfare". Signatures (version 4) are checked here: s3rver takes any.
const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const https = require('https');
const S3rver = require('s3rver');

const [folder, port, certificate, key] = process.argv.slice(2);
const SECRET = 'S3RVER';
const hmac = (by, text) => crypto.createHmac('sha256', by).update(text).digest();
const hash = (text) => crypto.createHash('sha256').update(text).digest('hex');

// As the documentation of AWS has it: canonical request, string to sign, signing key.
function signed(request) {
  const said = /^AWS4-HMAC-SHA256 Credential=[^/]+\/(\d{8})\/([\w-]+)\/s3\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=([0-9a-f]{64})$/.exec(request.headers.authorization || '');
  if (!said) return false;
  const [, day, region, names, signature] = said;
  const [path, query = ''] = request.url.split('?');
  const headers = names.split(';').map((name) => `${name}:${(request.headers[name] || '').trim()}\n`).join('');
  const needed = ['host', 'x-amz-content-sha256', 'x-amz-date'].every((name) => names.split(';').includes(name));
  const canonical = [request.method, path, query.split('&').sort().join('&'), headers, names, request.headers['x-amz-content-sha256']].join('\n');
  const text = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], `${day}/${region}/s3/aws4_request`, hash(canonical)].join('\n');
  const by = hmac(hmac(hmac(hmac(`AWS4${SECRET}`, day), region), 's3'), 'aws4_request');
  return needed && hmac(by, text).toString('hex') === signature;
}

async function main() {
  const server = new S3rver({directory: folder, silent: false, configureBuckets: [{name: 'wayfare'}]});
  await server.configureBuckets();
  const inside = server.callback();
  const answer = (request, response) => {
    if (signed(request)) return inside(request, response);
    request.resume();
    response.writeHead(403, {'Content-Type': 'application/xml'});
    return response.end('<Error><Code>SignatureDoesNotMatch</Code></Error>');
  };
  const tls = certificate ? {cert: fs.readFileSync(certificate), key: fs.readFileSync(key)} : null;
  (tls ? https.createServer(tls, answer) : http.createServer(answer)).listen(Number(port), '127.0.0.1');
}

main();
