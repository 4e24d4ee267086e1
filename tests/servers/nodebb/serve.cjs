// What a real NodeBB is told from outside: loaded before its app.js, in the same process.
//
// Lines of JSON on standard input: {"do": what, ...}. Answers on standard output, one line each:
// {"ready": true}, then {"done": …} or {"failed": why}. Everything is done by NodeBB's own
// functions; `truth` is read from its database. It ends with its standard input.
'use strict';

const path = require('node:path');
const readline = require('node:readline');

const app = process.cwd();
const inside = (name) => require(path.join(app, 'src', name));
const say = (what) => process.stdout.write(`\n@${JSON.stringify(what)}\n`);

// Scripts and styles for browsers are not made: nobody looks at its pages here.
const build = path.join(app, 'build.js');
const nothing = (...words) => words.pop()(null);
require.cache[build] = { id: build, filename: build, loaded: true, exports: { build: nothing, buildAll: nothing } };

const promised = (call) => new Promise((yes, no) => call((error, found) => (error ? no(error) : yes(found))));

const DO = {
  async join({ name, about = {} }) {
    const uid = await promised((next) => inside('user').create({ username: name }, next));
    if (Object.keys(about).length) await promised((next) => inside('user').setUserFields(uid, about, next));
    return uid;
  },
  async topic({ uid, cid, title, content }) {
    const made = await promised((next) => inside('topics').post({ uid, cid, title, content, tags: [] }, next));
    return { tid: made.topicData.tid, pid: made.postData.pid };
  },
  async reply({ uid, tid, content, toPid }) {
    const made = await promised((next) => inside('topics').reply({ uid, tid, content, toPid }, next));
    return made.pid;
  },
  async edit({ uid, pid, content }) {
    await promised((next) => inside('posts').edit({ uid, pid, content }, next));
  },
  async remove({ uid, pid }) {
    await promised((next) => inside('posts').delete(pid, uid, next));
  },
  async purge({ uid, pid }) {
    await promised((next) => inside('posts').purge(pid, uid, next));
  },
  async purgeTopic({ uid, tid }) {
    await promised((next) => inside('topics').purgePostsAndTopic(tid, uid, next));
  },
  async leave({ uid }) {
    await promised((next) => inside('user').deleteAccount(uid, next));
  },
  async truth() {
    const db = inside('database');
    const all = (name) => promised((next) => db.getSortedSetRange(name, 0, -1, next));
    const kept = (name) => promised((next) => db.getObject(name, next));
    const found = { topics: {}, posts: {}, users: {} };
    for (const tid of await all('topics:tid')) {
      const topic = await kept(`topic:${tid}`);
      found.topics[tid] = topic;
      for (const pid of [topic.mainPid, ...(await all(`tid:${tid}:posts`))]) {
        found.posts[pid] = await kept(`post:${pid}`);
      }
    }
    for (const uid of await all('users:joindate')) found.users[uid] = await kept(`user:${uid}`);
    return found;
  },
};

async function answer(line) {
  try {
    const asked = JSON.parse(line);
    say({ done: (await DO[asked.do](asked)) ?? null });
  } catch (error) {
    say({ failed: String((error && error.message) || error) });
  }
}

function whenReady() {
  const loaded = require.cache[path.join(app, 'src', 'webserver.js')];
  if (!loaded || !loaded.exports.server || !loaded.exports.server.listening) return setTimeout(whenReady, 50);
  const config = inside('meta').config;
  Object.assign(config, { postDelay: 0, initialPostDelay: 0, newbiePostDelay: 0, minimumPostLength: 1, maximumPostLength: 9999 });
  let before = Promise.resolve();
  readline.createInterface({ input: process.stdin })
    .on('line', (line) => { before = before.then(() => answer(line)); })
    .on('close', () => process.exit(0));
  say({ ready: true });
}

if (process.env.SPOOR_SERVE) setTimeout(whenReady, 100);
