// liveCell finds the running cell comm of a kernel, over the kernel's own WebSocket at
// Jupyter's address, which the page knows: behind a proxy, over https, with a token. It
// calls heard with whatever the cell says, and over, once, with why nobody is there any
// more. lookedAt says whether anybody still looks at the figure.
function liveCell(kernel, comm, { heard, over, lookedAt }) {
  const page = JSON.parse(document.getElementById('jupyter-config-data')?.textContent || '{}');
  const base = page.wsUrl || page.baseUrl || document.body.dataset.baseUrl;
  if (!base) return null; // no page of Jupyter's
  const random = () => Math.random().toString(36).slice(2);
  const session = random() + random();
  const url = new URL(base.replace(/\/*$/, '/') + 'api/kernels/' + kernel + '/channels', location.href);
  url.protocol = url.protocol.replace(/^http/, 'ws');
  url.searchParams.set('session_id', session);
  if (page.token) url.searchParams.set('token', page.token);
  const socket = new WebSocket(url);
  let silence = 0, closed = false;

  function close() {
    closed = true;
    clearInterval(asking);
    clearTimeout(silence);
    socket.close();
  }

  function end(why) {
    if (closed) return;
    close();
    over(why);
  }

  function say(data) {
    if (closed || socket.readyState != 1) return false;
    socket.send(JSON.stringify({
      header: { msg_id: session + random(), msg_type: 'comm_msg', session, username: 'page', version: '5.3', date: new Date().toISOString() },
      parent_header: {}, metadata: {}, content: { comm_id: comm, data }, channel: 'shell', buffers: [],
    }));
    if (!silence) silence = setTimeout(() => end('The cell does not answer.'), 20000);
    return true;
  }

  // A cell that has gone with its kernel says nothing: it is asked now and then.
  const asking = setInterval(() => {
    if (!lookedAt()) close();
    else if (!document.hidden) say({ hello: true });
  }, 5000);

  socket.onopen = () => say({ hello: true });
  socket.onclose = socket.onerror = () => end('The kernel is not there any more.');
  socket.onmessage = event => {
    if (closed || typeof event.data != 'string') return;
    const message = JSON.parse(event.data), kind = message.header.msg_type;
    if (kind == 'status' && ['restarting', 'dead'].includes(message.content.execution_state)) return end('The kernel was restarted.');
    if (message.content?.comm_id != comm) return;
    clearTimeout(silence);
    silence = 0;
    if (kind == 'comm_close') end('The cell has ended.');
    if (kind == 'comm_msg') heard(message.content.data);
  };
  return say;
}
