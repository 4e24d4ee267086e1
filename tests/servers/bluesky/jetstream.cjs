// The events of the personal data server, served as Jetstream serves them (version 1 of /subscribe).
//
// Jetstream itself is not to be had as a package. The events are real: they come from the server's
// own event stream (com.atproto.sync.subscribeRepos), decoded by the AT Protocol's own client. The
// JSON they are put into, filters and cursor are as Jetstream's README has them.
'use strict'

const { createRequire } = require('node:module')

async function begin(world, beside) {
  const { Firehose } = beside('@atproto/sync')
  const { lexToJson } = beside('@atproto/lexicon')
  const { WebSocketServer } = createRequire(beside.resolve('@atproto/xrpc-server'))('ws')
  const told = []
  const listeners = new Set()
  let last = 0

  const tell = (event) => {
    last = Math.max(last + 1, Date.now() * 1000)
    const whole = { did: event.did, time_us: last, ...event }
    told.push(whole)
    for (const listener of listeners) listener(whole)
  }
  const stream = new Firehose({
    service: world.pds.url.replace('http', 'ws'),
    idResolver: world.pds.ctx.idResolver,
    unauthenticatedCommits: true,
    unauthenticatedHandles: true,
    handleEvent: async (event) => tell(framed(event, lexToJson)),
    onError: (error) => process.stderr.write(`stream: ${error}\n`),
  })
  stream.start()

  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await new Promise((go) => server.on('listening', go))
  const lines = new Set()
  server.on('connection', (line, request) => {
    const query = new URL(request.url, 'http://127.0.0.1').searchParams
    const wanted = filter(query)
    const send = (event) => wanted(event) && line.send(JSON.stringify(event))
    const cursor = Number(query.get('cursor') ?? 0)
    if (cursor) told.filter((event) => event.time_us >= cursor).forEach(send)
    listeners.add(send)
    lines.add(line)
    line.on('close', () => { listeners.delete(send); lines.delete(line) })
  })
  world.hangUp = () => { for (const line of lines) line.terminate() }
  return `http://127.0.0.1:${server.address().port}/subscribe`
}

function framed(event, lexToJson) {
  const { did, seq, time } = event
  if (event.event === 'identity') return { did, kind: 'identity', identity: { did, handle: event.handle, seq, time } }
  if (event.event === 'account') {
    const status = event.active ? {} : { status: event.status }
    return { did, kind: 'account', account: { active: event.active, did, seq, time, ...status } }
  }
  const written = event.event === 'delete' ? {} : { record: lexToJson(event.record), cid: event.cid.toString() }
  return {
    did,
    kind: 'commit',
    commit: { rev: event.rev, operation: event.event, collection: event.collection, rkey: event.rkey, ...written },
  }
}

function filter(query) {
  const collections = query.getAll('wantedCollections')
  const dids = query.getAll('wantedDids')
  const most = Number(query.get('maxMessageSizeBytes') ?? 0)
  return (event) => {
    if (dids.length && !dids.includes(event.did)) return false
    if (most > 0 && JSON.stringify(event).length > most) return false
    return event.kind !== 'commit' || !collections.length || collections.includes(event.commit.collection)
  }
}

module.exports = { begin }
