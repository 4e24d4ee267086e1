// A real Bluesky on loopback: the servers of its own development environment, asked line by line.
//
// Started by start_bluesky.py with the installed packages' folder as argument and DB_POSTGRES_URL.
// Each line of standard input is {"do": NAME, ...}, each line of standard output the answer to it;
// the first line of output says where the servers listen. Ends with its standard input.
'use strict'

const net = require('node:net')
const path = require('node:path')
const readline = require('node:readline')
const { createRequire } = require('node:module')

// The servers listen wherever they may unless told otherwise; here nobody else is to reach them.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (...words) {
  if (typeof words[0] === 'number') {
    words = [{ port: words[0], host: '127.0.0.1' }, ...words.slice(1).filter((one) => typeof one === 'function')]
  }
  return listen.apply(this, words)
}

const load = createRequire(path.join(process.argv[2], 'package.json'))
const dev = load('@atproto/dev-env')
const beside = createRequire(load.resolve('@atproto/dev-env'))
const { AtpAgent } = beside('@atproto/api')

const PASSWORD = 'a password of the test'
const say = (answer) => process.stdout.write(JSON.stringify(answer) + '\n')

async function begin() {
  const getPort = beside('get-port')
  const plc = await dev.TestPlc.create({})
  const pdsPort = await getPort()
  const bsky = await dev.TestBsky.create({
    plcUrl: plc.url,
    pdsPort,
    repoProvider: `ws://localhost:${pdsPort}`,
    dbPostgresSchema: 'appview',
    dbPostgresUrl: process.env.DB_POSTGRES_URL,
  })
  const pds = await dev.TestPds.create({
    port: pdsPort,
    didPlcUrl: plc.url,
    bskyAppViewUrl: bsky.url,
    bskyAppViewDid: bsky.ctx.cfg.serverDid,
  })
  dev.mockNetworkUtilities(pds, bsky)
  return { plc, bsky, pds, agents: new Map() }
}

// Wait until the public view has taken in all that the repositories hold.
async function settle({ bsky, pds }) {
  await pds.processAll()
  const last = (await pds.ctx.sequencer.curr()) ?? 0
  for (let turn = 0; turn < 2000; turn += 1) {
    await bsky.sub.processAll()
    const seen = await bsky.sub.runner.getCursor()
    if (!last || (seen && seen >= last)) return
    await new Promise((go) => setTimeout(go, 10))
  }
  throw new Error('the public view does not catch up')
}

const deeds = {
  // {"accounts": [{"name", "profile": {...}}]} -> their DIDs by name
  async join(world, { accounts }) {
    const dids = {}
    for (const one of accounts) {
      const agent = new AtpAgent({ service: world.pds.url })
      const handle = `${one.name}.test`
      await agent.createAccount({ handle, email: `${one.name}@mail.test`, password: PASSWORD })
      world.agents.set(one.name, agent)
      dids[one.name] = agent.session.did
      if (one.profile) await write(agent, 'app.bsky.actor.profile', 'self', one.profile)
    }
    return dids
  },
  // {"name", "records": [...]}: many records of one account at once -> their addresses
  async many(world, { name, collection, records }) {
    const agent = world.agents.get(name)
    const found = []
    for (let at = 0; at < records.length; at += 100) {
      const writes = records.slice(at, at + 100).map((value) => ({
        $type: 'com.atproto.repo.applyWrites#create', collection, value: { $type: collection, ...value },
      }))
      const done = await agent.com.atproto.repo.applyWrites({ repo: agent.session.did, writes })
      found.push(...done.data.results.map(({ uri, cid }) => ({ uri, cid })))
    }
    return found
  },
  async create(world, { name, collection, record }) {
    const agent = world.agents.get(name)
    const done = await agent.com.atproto.repo.createRecord({
      repo: agent.session.did, collection, record: { $type: collection, ...record },
    })
    return { uri: done.data.uri, cid: done.data.cid }
  },
  async put(world, { name, collection, key, record }) {
    return await write(world.agents.get(name), collection, key, record)
  },
  async remove(world, { name, collection, key }) {
    const agent = world.agents.get(name)
    await agent.com.atproto.repo.deleteRecord({ repo: agent.session.did, collection, rkey: key })
    return {}
  },
  async rename(world, { name, handle }) {
    await world.agents.get(name).com.atproto.identity.updateHandle({ handle })
    return {}
  },
  async leave(world, { name }) {
    await world.agents.get(name).com.atproto.server.deactivateAccount({})
    return {}
  },
  async app_password(world, { name }) {
    const done = await world.agents.get(name).com.atproto.server.createAppPassword({ name: 'reader' })
    return { password: done.data.password }
  },
  async revoke(world, { name }) {
    await world.agents.get(name).com.atproto.server.revokeAppPassword({ name: 'reader' })
    return {}
  },
  // Break every line of those who watch.
  async hang_up(world) {
    world.hangUp()
    return {}
  },
  async settle(world) {
    await settle(world)
    return {}
  },
  // What the databases hold: the public view's tables, and each repository's own.
  async truth(world) {
    const { db } = world.bsky.db
    const posts = await db.selectFrom('post').selectAll().execute()
    const reposts = await db.selectFrom('repost').select(['uri', 'creator', 'subject']).execute()
    const profiles = await db.selectFrom('profile').selectAll().execute()
    const actors = await db.selectFrom('actor').select(['did', 'handle', 'upstreamStatus']).execute()
    const own = {}
    for (const agent of world.agents.values()) {
      const { did } = agent.session
      const listed = await world.pds.ctx.actorStore.read(did, (store) =>
        store.db.db.selectFrom('record').select(['uri', 'collection']).execute())
      own[did] = listed.filter((one) => one.collection === 'app.bsky.feed.post').map((one) => one.uri)
    }
    return { posts, reposts, profiles, actors, own }
  },
}

async function write(agent, collection, rkey, record) {
  const done = await agent.com.atproto.repo.putRecord({
    repo: agent.session.did, collection, rkey, record: { $type: collection, ...record },
  })
  return { uri: done.data.uri, cid: done.data.cid }
}

async function main() {
  const world = await begin()
  let stream = null
  if (process.argv[3]) stream = await require(process.argv[3]).begin(world, beside)
  say({ pds: world.pds.url, appview: world.bsky.url, jetstream: stream })
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { do: name, ...rest } = JSON.parse(line)
    try {
      say({ done: await deeds[name](world, rest) })
    } catch (error) {
      say({ failed: String(error?.stack ?? error) })
    }
  }
  process.exit(0)
}

main().catch((error) => {
  process.stderr.write(`${error?.stack ?? error}\n`)
  process.exit(1)
})
