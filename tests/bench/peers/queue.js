// BullMQ as its documentation advises.
//
// queue.js SOCKET jobs N                      N jobs added (addBulk) and worked off at once; prints jobs a second
// queue.js SOCKET effects RATE SECONDS CONFIG  commit → job → commit at a fixed rate; prints the ids' number; the database has the times
import { readFileSync } from 'node:fs';
import { Queue, Worker } from 'bullmq';
import IORedis from 'ioredis';
import pg from 'pg';

const [socket, what, ...rest] = process.argv.slice(2);
const connect = () => new IORedis({ path: socket, maxRetriesPerRequest: null });
const name = `bench-${what}`;
const removal = { removeOnComplete: true, removeOnFail: true };
const queue = new Queue(name, { connection: connect() });
await queue.obliterate({ force: true });

if (what === 'jobs') {
  const n = Number(rest[0]);
  let taken = 0;
  const begun = process.hrtime.bigint();
  await new Promise((resolve) => {
    const worker = new Worker(name, async () => { if (++taken === n) resolve(); }, { connection: connect(), concurrency: 100 });
    worker.on('error', () => {});
    (async () => {
      for (let i = 0; i < n; i += 100) {
        await queue.addBulk(Array.from({ length: Math.min(100, n - i) }, (_, k) => ({ name: 'job', data: { n: i + k }, opts: removal })));
      }
    })();
  });
  console.log(Math.round(n / (Number(process.hrtime.bigint() - begun) / 1e9)));
} else {
  const [rate, seconds, config] = [Number(rest[0]), Number(rest[1]), JSON.parse(readFileSync(rest[2], 'utf8'))];
  const pool = new pg.Pool({ ...config, max: 16 });
  const write = async (table, id) => {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      await client.query({ name: `add-${table}`, text: `INSERT INTO bench.${table} (id) VALUES ($1)`, values: [id] });
      await client.query('COMMIT');
    } finally {
      client.release();
    }
  };
  const total = rate * seconds;
  let done = 0, finish;
  const all = new Promise((resolve) => { finish = resolve; });
  const worker = new Worker(name, async (job) => {
    await write('effects', job.data.id);
    if (++done === total) finish();
  }, { connection: connect(), concurrency: 16 });
  worker.on('error', () => {});
  await worker.waitUntilReady();
  const begun = performance.now();
  for (let i = 0; i < total;) {
    const due = Math.min(total, Math.floor((performance.now() - begun) * rate / 1000));
    for (; i < due; i++) {
      const id = i;
      write('jobs', id).then(() => queue.add('job', { id }, removal));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.race([all, new Promise((resolve) => setTimeout(resolve, 20000))]);
  console.log(done);
}
process.exit(0);
