// Tries every public method of the official client and prints what came of each as JSON.
// What it needs to know arrives as JSON on standard input.
const fs = require('fs');
const http = require('http');
const axios = require('axios');
const { NotifyClient } = require('notifications-node-client');

const world = JSON.parse(fs.readFileSync(0, 'utf8'));
const personalisation = { name: 'Amala' };

function newClient() {
  return new NotifyClient(world.apiUrl, world.apiKey);
}

async function throughProxy(client) {
  const seen = [];
  const proxy = http.createServer((request, response) => {
    seen.push(request.url);
    const target = new URL(request.url, world.apiUrl);
    const passedOn = http.request(target, { headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    request.pipe(passedOn);
  });
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  try {
    client.setProxy({ protocol: 'http', host: '127.0.0.1', port: proxy.address().port });
    const answer = await client.getAllTemplates();
    return { status: answer.status, data: { seen } };
  } finally {
    proxy.close();
    proxy.closeAllConnections();
  }
}

async function throughOwnAxios(client) {
  const seen = [];
  const own = axios.create();
  own.interceptors.request.use((request) => {
    seen.push(request.url);
    return request;
  });
  client.setClient(own);
  const answer = await client.getAllTemplates();
  return { status: answer.status, data: { seen } };
}

const trials = {
  sendSms: (client) => client.sendSms(world.text, '07900900123', {
    personalisation, reference: 'node', smsSenderId: world.smsSender,
  }),
  sendEmail: (client) => client.sendEmail(world.email, 'amala@example.org', {
    personalisation: {
      ...personalisation,
      file: client.prepareUpload(Buffer.from('a,b\n1,2\n'), { filename: 'numbers.csv' }),
    },
    reference: 'node',
    emailReplyToId: world.replyTo,
    oneClickUnsubscribeURL: 'https://clients.example/unsubscribe',
    sanitiseContentFor: ['name'],
  }),
  sendLetter: (client) => client.sendLetter(world.letter, {
    personalisation: { ...personalisation, ...world.address }, reference: 'node',
  }),
  sendPrecompiledLetter: (client) => client.sendPrecompiledLetter(
    'node', Buffer.from(world.pdf, 'base64'), 'first'),
  getNotificationById: async (client) => {
    const sent = await client.sendSms(world.text, '07900900123', { personalisation });
    return client.getNotificationById(sent.data.id);
  },
  getNotifications: async (client) => {
    const options = { personalisation, reference: 'node list' };
    const sent = await client.sendSms(world.text, '07900900123', options);
    const answer = await client.getNotifications('sms', null, 'node list', null);
    const older = await client.getNotifications('sms', null, 'node list', sent.data.id);
    return {
      status: answer.status,
      data: { sent: sent.data, listed: answer.data, older: older.data },
    };
  },
  getPdfForLetterNotification: async (client) => {
    const pdf = await client.getPdfForLetterNotification(world.checkedLetter);
    return { status: 200, data: { begins: pdf.subarray(0, 5).toString() } };
  },
  getTemplateById: (client) => client.getTemplateById(world.email),
  getTemplateByIdAndVersion: (client) => client.getTemplateByIdAndVersion(world.text, 1),
  getAllTemplates: (client) => client.getAllTemplates('letter'),
  previewTemplateById: (client) => client.previewTemplateById(world.text, personalisation),
  getReceivedTexts: async (client) => {
    const all = await client.getReceivedTexts();
    const newest = all.data.received_text_messages[0];
    const older = await client.getReceivedTexts(newest.id);
    return { status: all.status, data: { all: all.data, older: older.data } };
  },
  prepareUpload: (client) => ({ status: 0, data: client.prepareUpload('text') }),
  setProxy: throughProxy,
  setClient: throughOwnAxios,
};

const refusals = {
  'a value is missing': (client) => client.sendSms(world.text, '07900900123', {}),
  'a text has no PDF': async (client) => {
    const sent = await client.sendSms(world.text, '07900900123', { personalisation });
    return client.getPdfForLetterNotification(sent.data.id);
  },
};

async function outcomeOf(trial) {
  try {
    const answer = await trial(newClient());
    return { status: answer.status, data: answer.data };
  } catch (error) {
    if (!error.response) {
      return { raised: String(error && error.stack || error) };
    }
    return { status: error.response.status, data: error.response.data };
  }
}

async function outcomesOf(several) {
  const outcomes = {};
  for (const [name, trial] of Object.entries(several)) {
    outcomes[name] = await outcomeOf(trial);
  }
  return outcomes;
}

async function main() {
  const report = {
    methods: Object.keys(NotifyClient.prototype),
    outcomes: await outcomesOf(trials),
    refusals: await outcomesOf(refusals),
  };
  process.stdout.write(JSON.stringify(report));
}

main();
