// provider.mjs prepare|serve FOLDER PORT [ISSUERS] - the staff's sign-in of a development stack: an OpenID provider on loopback.
//
// prepare makes its key once (FOLDER/keys.json) and tells the services of it: a profile and a key set in the folder ISSUERS.
// serve answers on 127.0.0.1:PORT. Who may sign in stands in FOLDER/users.tsv, as `wayfare-ctl users list` prints it; any password will do.
// That is why neither runs in production mode.
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const [command, folder, port, issuers] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const resource = 'urn:wayfare:api';
const audience = process.env.WAYFARE_AUDIENCE || 'wayfare';

function refuse(why) {
  console.error(`staff-login: ${why}`);
  process.exit(1);
}

if (process.env.WAYFARE_MODE !== 'development' || process.env.NODE_ENV === 'production')
  refuse('this is for development only: WAYFARE_MODE must be development');
if (!['prepare', 'serve'].includes(command) || !folder || !/^[0-9]+$/.test(port ?? '') || (command === 'prepare' && !issuers))
  refuse('usage: provider.mjs prepare|serve FOLDER PORT [ISSUERS]');

const keysFile = join(folder, 'keys.json');
const rolesFile = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../../services/identity/data/roles.json');

// [{organisation, username, roles: ["caseworker", "programme:avrr", "office:nl"], name}] of those who may sign in
function users() {
  const [head, ...lines] = readFileSync(join(folder, 'users.tsv'), 'utf8').trimEnd().split('\n').map((l) => l.split('\t'));
  return lines
    .map((l) => Object.fromEntries(head.map((name, i) => [name, l[i] ?? ''])))
    .filter((u) => u.status === 'active')
    .map(({ organisation, username, name, ...u }) => {
      const words = (text, kind = '') => text.split(/[\s,]+/).filter(Boolean).map((w) => kind + w);
      return { organisation, username, name, roles: [...words(u.roles), ...words(u.programmes, 'programme:'), ...words(u.offices, 'office:')] };
    });
}

// Roles into scopes, as an operator writes it for Keycloak or Entra ID; programmes and offices are groups there.
function roleScopes() {
  const scopes = Object.entries(JSON.parse(readFileSync(rolesFile, 'utf8'))).filter(([, role]) => role.for === 'user').map(([name, role]) => [name, role.scopes.join(' ')]);
  const groups = users().flatMap((u) => u.roles).filter((r) => r.includes(':')).map((r) => [r, r]);
  return Object.fromEntries([...scopes, ...groups]);
}

function prepare() {
  if (!existsSync(keysFile)) {
    const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
    const keys = { jwk: { ...jwk, kid: randomUUID(), use: 'sig', alg: 'ES256' }, cookies: randomBytes(32).toString('base64url') };
    writeFileSync(keysFile, JSON.stringify(keys), { mode: 0o600 });
  }
  const { d, ...shown } = JSON.parse(readFileSync(keysFile, 'utf8')).jwk;
  writeFileSync(join(issuers, 'staff.jwks.json'), JSON.stringify({ keys: [shown] }), { mode: 0o644 });
  writeFileSync(join(issuers, 'staff.json'), JSON.stringify({
    iss: issuer, aud: audience, algs: ['ES256'], typ: ['at+jwt'], jwks_file: 'staff.jwks.json', user: 'always', development: true,
    claims: { organisation: 'org', client: 'client_id', name: 'name', roles: 'roles', scope: 'granted' }, role_scopes: roleScopes(),
  }, null, 1), { mode: 0o644 });
}

const escaped = (text) => String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
const page = (title, body) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title>
<style>body{font:16px sans-serif;max-width:32em;margin:3em auto}label{display:block;margin:.5em 0}</style><h1>${title}</h1>${body}</html>`;

// The page on which somebody says who they are, and what it sends back.
async function interaction(provider, rq, rs) {
  const { uid, prompt } = await provider.interactionDetails(rq, rs);
  if (prompt.name !== 'login') throw new Error(`nothing is asked but who signs in, and this is ${prompt.name}`);
  if (rq.method === 'POST') {
    let body = '';
    for await (const part of rq) if ((body += part).length > 4096) throw new Error('too much is said');
    const username = new URLSearchParams(body).get('login');
    if (users().some((u) => u.username === username))
      return provider.interactionFinished(rq, rs, { login: { accountId: username } });
    rs.statusCode = 403;
  }
  const choice = (u) => `<label><input type="radio" name="login" required value="${escaped(u.username)}"> ${escaped(u.name)} <small>${escaped(u.roles.join(' '))}</small></label>`;
  const refused = rs.statusCode === 403 ? '<p role="alert">Nobody of that name may sign in.</p>' : '';
  rs.setHeader('Content-Type', 'text/html; charset=utf-8');
  rs.end(page('Who are you today?', `${refused}<form method="post" action="/interaction/${escaped(uid)}">${users().map(choice).join('\n')}<button>Sign in</button></form>`));
}

async function serve() {
  const { Provider, interactionPolicy } = await import('oidc-provider');
  const keys = JSON.parse(readFileSync(keysFile, 'utf8'));
  const find = (username) => users().find((u) => u.username === username);
  const policy = interactionPolicy.base();
  policy.get('consent').checks.remove('native_client_prompt'); // would ask of every native application each time
  const provider = new Provider(issuer, {
    interactions: { policy, url: (_, { uid }) => `/interaction/${uid}` },
    // Public clients on loopback, with PKCE: of a native application every port is meant.
    clients: [{
      client_id: 'desk', application_type: 'native', token_endpoint_auth_method: 'none', grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'], redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
    }],
    jwks: { keys: [keys.jwk] },
    cookies: { keys: [keys.cookies] },
    scopes: ['openid', 'offline_access', 'api'],
    claims: { openid: ['sub', 'name'] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    pkce: { required: () => true },
    clientBasedCORS: () => true,
    ttl: { AccessToken: 900, AuthorizationCode: 60, IdToken: 900, Interaction: 600, Session: 28800, Grant: 28800, RefreshToken: 28800 },
    findAccount: (_, username) => find(username) && { accountId: username, claims: () => ({ sub: username, name: find(username)?.name }) },
    extraTokenClaims(_, token) {
      const u = find(token.accountId);
      return u && { org: u.organisation, name: u.name, roles: u.roles };
    },
    // The house's own frontends: nobody is asked for consent.
    async loadExistingGrant({ oidc: { client, session, provider: { Grant } } }) {
      const there = session.grantIdFor(client.clientId) && (await Grant.find(session.grantIdFor(client.clientId)));
      if (there) return there;
      const grant = new Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope('openid offline_access api');
      grant.addResourceScope(resource, 'api');
      await grant.save();
      return grant;
    },
    renderError(ctx, out) {
      ctx.type = 'html';
      ctx.body = page('This cannot be', `<p>${escaped(out.error)}: ${escaped(out.error_description ?? '')}</p>`);
    },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({ scope: 'api', audience, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } }),
      },
    },
  });
  const rest = provider.callback();
  const server = createServer((rq, rs) => {
    if (!rq.url.startsWith('/interaction/')) return rest(rq, rs);
    return interaction(provider, rq, rs).catch((e) => {
      rs.writeHead(400, { 'Content-Type': 'text/html; charset=utf-8' }).end(page('This cannot be', `<p>${escaped(e.message)}</p>`));
    });
  });
  server.listen(Number(port), '127.0.0.1', () => console.log(`sign-in at ${issuer}, ${users().length} users`));
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => { server.close(() => process.exit(0)); server.closeAllConnections(); });
}

await { prepare, serve }[command]();
