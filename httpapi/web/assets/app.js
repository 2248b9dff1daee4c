// Makes the pages live, and answers to keys. Every page is whole without it: it asks the server for the same pages again, and
// puts into place what has changed. It never builds markup from text.
'use strict';
document.documentElement.classList.add('js');

const settleTime = 600; // ms that a request must have been on the screen before a click approves it
const all = (css, root = document) => [...root.querySelectorAll(css)];
const one = (css, root = document) => root.querySelector(css);

// say tells a screen reader.
function say(text) {
  const place = one('#say');
  place.textContent = '';
  requestAnimationFrame(() => { place.textContent = text; });
}

// ---- staying up to date

let asking = false, again = false, timer = 0;

// soon asks for the page again, once for events that come together.
function soon() {
  clearTimeout(timer);
  timer = setTimeout(update, 120);
}

async function update() {
  if (asking) { again = true; return; }
  asking = true;
  try {
    const r = await fetch(location.href, { headers: { Accept: 'text/html' } });
    if (r.status === 401) { connection('off', 'Signed out'); return; }
    if (r.ok) patch(new DOMParser().parseFromString(await r.text(), 'text/html'));
  } catch { /* the stream of events says that the connection is lost */ } finally {
    asking = false;
    if (again) { again = false; soon(); }
  }
}

function patch(fresh) {
  if (!one('#main', fresh)) return;
  document.title = fresh.title;
  for (const now of all('[data-live]')) {
    const then = one('#' + now.id, fresh);
    if (!then || now.innerHTML === then.innerHTML && now.className === then.className) continue;
    if (now.id === 'rows' && now.dataset.held === undefined && location.pathname === '/history') { newer(now, then); continue; }
    swap(now, then);
  }
  if (one('#queue')) patchQueue(fresh);
  const alone = one('.alone[data-ask]');
  if (alone) patchAlone(alone, one('.alone', fresh));
}

// swap puts a fresh element into another's place; what had the focus has it again.
function swap(now, then) {
  const active = now.contains(document.activeElement) ? document.activeElement : null;
  const key = active && (active.id ? '#' + active.id : active.getAttribute('href') && 'a[href="' + CSS.escape(active.getAttribute('href')) + '"]');
  now.replaceWith(document.adoptNode(then));
  if (active) (key && one(key, then) || one('#main')).focus({ preventScroll: true });
}

// newer tells that there is more, in place of moving what somebody reads.
function newer(now, then) {
  const b = one('#newer');
  b.classList.add('some');
  b.onclick = () => { b.classList.remove('some'); swap(now, then); };
}

function patchQueue(fresh) {
  const list = one('#queue'), news = [];
  const there = new Map(all('[data-ask]', list).map(c => [c.dataset.ask, c]));
  for (const card of all('#queue > [data-ask]', fresh)) {
    const old = there.get(card.dataset.ask);
    there.delete(card.dataset.ask);
    if (!old) {
      list.append(ready(document.adoptNode(card)));
      news.push(card);
    } else if (old.dataset.digest !== card.dataset.digest || old.dataset.revision !== card.dataset.revision) {
      const focus = old.contains(document.activeElement), typed = one('textarea', old).value;
      old.replaceWith(ready(document.adoptNode(card)));
      one('textarea', card).value = typed;
      if (focus) card.focus({ preventScroll: true });
      tell(card, 'This request has changed. Look at it again.');
    }
  }
  if (list.dataset.next === '' && list.dataset.rest === 'false' || there.size < 25) for (const card of there.values()) ended(card);
  one('#empty').hidden = all('[data-ask]', list).length > 0;
  if (news.length === 1) say('New request: ' + one('.who', news[0]).textContent + ' asks ' + one('.card-cmd', news[0]).textContent.trim());
  else if (news.length) say(news.length + ' new requests');
}

function patchAlone(card, fresh) {
  if (!fresh || !fresh.dataset.ask) { ended(card); return; }
  if (fresh.dataset.digest === card.dataset.digest && fresh.dataset.revision === card.dataset.revision) return;
  card.replaceWith(ready(document.adoptNode(fresh)));
  tell(fresh, 'This request has changed. Look at it again.');
}

// ended marks a request that somebody else decided, or that has expired, where it stands: nothing moves under a finger.
async function ended(card) {
  if (card.classList.contains('gone')) return;
  settle(card, '', 'doesn’t wait any more');
  try {
    const r = await fetch('/api/history/' + card.dataset.ask);
    if (!r.ok) return;
    const e = await r.json();
    settle(card, e.decision, e.decision + (e.approver && e.approver.user ? ' by ' + e.approver.user : ''));
  } catch { /* what is said already holds */ }
}

function settle(card, state, text) {
  if (!card.style.minHeight) card.style.minHeight = card.getBoundingClientRect().height + 'px';
  const within = card.contains(document.activeElement);
  card.classList.add('gone');
  card.classList.remove('armed-approve', 'armed-deny');
  all('button, input, textarea', card).forEach(e => { e.disabled = true; });
  const place = one('.left', card) || one('.card-cmd', card);
  let result = one('.result', card);
  if (!result) { result = document.createElement('p'); place.after(result); if (place.dataset.until) place.remove(); }
  result.className = 'result ' + (/^[a-z]+$/.test(state) ? state : '');
  result.textContent = text.charAt(0).toUpperCase() + text.slice(1);
  say(card.dataset.ask + ': ' + text);
  if (within) card.focus({ preventScroll: true });
  const clear = one('#clear');
  if (clear) clear.classList.add('some');
}

// ---- the stream of events

function connection(state, text) {
  const live = one('#live');
  if (one('.live-text', live).textContent === text) return;
  live.className = 'live ' + state;
  one('.live-text', live).textContent = text;
  if (state === 'off') say(text);
}

function listen() {
  const events = new EventSource('/api/events');
  events.onopen = () => { connection('on', 'Live'); soon(); };
  events.onerror = () => {
    connection('off', 'Reconnecting');
    if (events.readyState === EventSource.CLOSED) { setTimeout(listen, 2000); soon(); }
  };
  for (const kind of ['pending', 'escalated', 'decided', 'finished', 'reloaded', 'killed', 'unlocked', 'granted', 'revoked', 'agents', 'sessions']) {
    events.addEventListener(kind, soon);
  }
}

function countDown() {
  for (const e of all('[data-until]')) {
    const s = Math.round((Date.parse(e.dataset.until) - Date.now()) / 1000);
    const two = n => String(n).padStart(2, '0');
    let text = s + ' s';
    if (s <= 0) text = 'no time';
    else if (s >= 86400) text = Math.floor(s / 86400) + ' d ' + Math.floor(s / 3600) % 24 + ' h';
    else if (s >= 3600) text = Math.floor(s / 3600) + ' h ' + Math.floor(s / 60) % 60 + ' min';
    else if (s >= 600) text = Math.floor(s / 60) + ' min';
    else if (s >= 60) text = Math.floor(s / 60) + ' min ' + two(s % 60) + ' s';
    if (s < 86400 * 366) e.textContent = text + ' left';
    e.classList.toggle('soon', s < 30);
  }
}

// ---- deciding

// ready takes a card into use.
function ready(card) {
  card.shown = performance.now();
  const form = one('form.decide', card);
  if (!form) return card;
  const sure = one('.sure input', form);
  if (sure) sure.disabled = true; // a click, or a key pressed twice, is the deliberate act here
  form.addEventListener('submit', e => {
    e.preventDefault();
    const verb = e.submitter && e.submitter.name;
    if (verb === 'deny') decide(card, 'deny');
    if (verb === 'approve') {
      if (performance.now() - card.shown < settleTime) tell(card, 'It has only just appeared. Read it, then press again.');
      else decide(card, 'approve');
    }
  });
  const approve = one('button.approve', form);
  if (approve) {
    for (const kind of ['keydown', 'keypress']) {
      approve.addEventListener(kind, e => {
        if (e.key !== 'Enter') return;
        e.preventDefault();
        tell(card, 'Enter approves nothing. Press a twice, or the space bar here.');
      });
    }
  }
  return card;
}

function tell(card, text, bad) {
  const p = one('.said', card);
  p.textContent = text;
  p.classList.toggle('bad', Boolean(bad));
}

async function decide(card, verb) {
  if (card.busy || card.classList.contains('gone')) return;
  const id = card.dataset.ask, form = one('form.decide', card);
  const body = { revision: Number(card.dataset.revision), digest: card.dataset.digest, comment: one('textarea', form).value };
  const remember = one('input[name=remember]:checked', form);
  if (verb === 'approve' && remember && remember.value) {
    const [scope, span] = remember.value.split(' ');
    body.grant = { scope, for: span };
  }
  card.busy = true;
  disarm();
  tell(card, 'Sending…');
  try {
    const r = await fetch('/api/queue/' + id + '/' + verb, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
    const answer = await r.json();
    if (r.ok && answer.status === 'pending') tell(card, 'Your approval counts; ' + answer.message.replace('counted; ', '') + '.');
    else if (r.ok) { settle(card, answer.status, answer.status + ' by you'); next(card); }
    else if (answer.code === 'stale') { tell(card, 'It has changed since it was shown, so nothing was decided.', true); soon(); }
    else if (answer.code === 'decided') ended(card);
    else tell(card, 'Nothing was decided: ' + answer.detail + '.', true);
  } catch {
    tell(card, 'The daemon can’t be reached, so nothing was decided.', true);
  } finally {
    card.busy = false;
  }
}

// ---- keys

const stops = () => all('#queue > .card, .alone[data-ask], #rows > .row');
let selected = null;

const current = () => {
  const within = document.activeElement && document.activeElement.closest('.card[data-ask], .row');
  if (within) selected = within;
  return selected && selected.isConnected ? selected : null;
};

function select(e) {
  if (!e) return;
  disarm();
  selected = e;
  e.focus({ preventScroll: true });
  e.scrollIntoView({ block: 'nearest' });
}

function move(by) {
  const list = stops(), at = list.indexOf(current());
  if (at < 0) select(list[by > 0 ? 0 : list.length - 1]);
  else select(list[Math.min(Math.max(at + by, 0), list.length - 1)]);
}

// next goes on to what still waits.
function next(card) {
  const list = stops(), at = list.indexOf(card);
  select(list.slice(at + 1).find(c => !c.classList.contains('gone')) || card);
}

function disarm() {
  for (const c of all('.armed-approve, .armed-deny')) {
    c.classList.remove('armed-approve', 'armed-deny');
    tell(c, '');
  }
}

// arm takes the first press of a key that decides; the second decides.
function arm(verb) {
  const card = current();
  if (!card || !card.dataset.ask || card.classList.contains('gone')) return;
  const button = one('button.' + verb, card);
  if (!one('form.decide', card)) { tell(card, 'Nothing was decided: you may look on.'); return; }
  if (!button) { tell(card, 'Open it (o) and read all of it first.'); return; }
  const armed = 'armed-' + verb;
  if (card.classList.contains(armed)) { decide(card, verb); return; }
  disarm();
  card.classList.add(armed);
  tell(card, 'Press ' + verb[0] + ' again to ' + verb + '.');
}

const keys = {
  j: () => move(1), k: () => move(-1), ArrowDown: null, ArrowUp: null,
  a: () => arm('approve'), d: () => arm('deny'),
  c: () => { const t = current() && one('textarea', current()); if (t) t.focus(); },
  x: () => { const b = current() && one('.pick input', current()); if (b && !b.disabled) b.click(); },
  o: () => { const l = current() && one('.card-cmd a, .row-link', current()); if (l) location.assign(l.href); },
  '/': () => { const s = one('#search'); if (s) { s.focus(); s.select(); } else location.assign('/history#search'); },
  '?': () => { const h = one('#help'); if (!h.open) h.showModal(); },
};

function onKey(e) {
  if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
  const field = e.target.closest('textarea, select, input:not([type=checkbox]):not([type=radio])');
  if (e.key === 'Escape') {
    disarm();
    if (field) (field.closest('.card') || one('#main')).focus();
    return;
  }
  if (field || e.target.closest('dialog')) return;
  if (e.key === 'Enter' && e.target.matches('.card, .row')) { keys.o(); return; }
  const act = keys[e.key];
  if (!act) { if (e.key.length === 1) disarm(); return; }
  e.preventDefault();
  if (e.repeat && e.key !== 'j' && e.key !== 'k') return; // a key that is held down is one press
  if (e.key !== 'a' && e.key !== 'd') disarm();
  act();
}

// ---- start

// tool puts a button for the script's own purposes into the head of a page; it takes its room from the beginning.
function tool(id, text) {
  const b = document.createElement('button');
  b.id = id; b.type = 'button'; b.className = 'quiet clear'; b.textContent = text;
  one('.head-tools').prepend(b);
  return b;
}

document.addEventListener('DOMContentLoaded', () => {
  if (one('#queue')) {
    const clear = tool('clear', 'Clear what was decided');
    clear.onclick = () => {
      all('#queue > .gone').forEach(c => c.remove());
      clear.classList.remove('some');
      one('#empty').hidden = all('#queue > .card').length > 0;
      one('#main').focus();
    };
  }
  if (one('#batch-go')) {
    document.addEventListener('change', e => {
      if (!e.target.matches('.pick input')) return;
      const n = all('.pick input:checked').length;
      one('#batch-go').classList.toggle('some', n > 0);
      one('#batch-go').textContent = n > 1 ? 'Decide ' + n + ' together…' : 'Decide selected together…';
    });
  }
  if (location.pathname === '/history') tool('newer', 'Show newer ones');
  all('.card[data-ask]').forEach(c => { ready(c).shown = -settleTime; });
  if (location.hash === '#search' && one('#search')) one('#search').focus();
  document.addEventListener('keydown', onKey);
  if (one('#count')) { listen(); countDown(); setInterval(countDown, 1000); }
});
