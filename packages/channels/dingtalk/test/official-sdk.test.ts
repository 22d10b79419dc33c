import axios from 'axios';
import { DWClient, type DWClientDownStream, type RobotTextMessage, TOPIC_CARD, TOPIC_ROBOT } from 'dingtalk-stream';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { clientId, clientSecret, startFakeDingTalk } from './fake-dingtalk.ts';

// It prints when it connects and when it leaves.
beforeEach(() => void vi.spyOn(console, 'info').mockReturnValue(undefined));

/** DingTalk's own client. Its addresses are fixed; it asks by axios, so there they are turned to the fake. */
const connect = async (secret = clientSecret) => {
  const dingtalk = await startFakeDingTalk();
  const root = String(dingtalk.platform.config.apiRoot);
  const turned = axios.interceptors.request.use((request) => ({
    ...request,
    url: request.url?.replace(/^https:\/\/o?api\.dingtalk\.com/, root) ?? '',
  }));
  const client = new DWClient({ clientId, clientSecret: secret });
  const said = (topic: string): Promise<DWClientDownStream> =>
    new Promise((resolve) => {
      client.registerCallbackListener(topic, resolve);
    });
  onTestFinished(async () => {
    client.disconnect();
    axios.interceptors.request.eject(turned);
    await dingtalk.platform.close();
  });
  return { dingtalk, client, said };
};

it('connects with a ticket that is asked for, hears what somebody says, and answers that it has arrived', async () => {
  const { dingtalk, client, said } = await connect();
  const message = said(TOPIC_ROBOT);
  await client.connect();
  expect(client.connected).toBe(true);
  const told = dingtalk.platform.say?.({ id: '1', text: 'hello', from: 'person' });
  const { headers, data, specVersion } = await message;
  expect([specVersion, headers.topic, headers.contentType]).toEqual(['1.0', TOPIC_ROBOT, 'application/json']);
  const heard = JSON.parse(data) as RobotTextMessage;
  expect(heard).toMatchObject({ msgtype: 'text', text: { content: 'hello' }, senderStaffId: 'manager7675', robotCode: clientId });
  client.socketCallBackResponse(headers.messageId, null);
  await told;
});

it('answers through the webhook of the session, and by the API with a token of its own', async () => {
  const { dingtalk, client, said } = await connect();
  const message = said(TOPIC_ROBOT);
  await client.connect();
  const told = dingtalk.platform.say?.({ id: '1', text: 'hello', from: 'person' });
  const { headers: about, data } = await message;
  client.socketCallBackResponse(about.messageId, null);
  await told;
  const { sessionWebhook, robotCode, senderStaffId } = JSON.parse(data) as RobotTextMessage;
  const token = (await client.getAccessToken()) as string;
  const { data: answered } = await axios.post(sessionWebhook, { msgtype: 'text', text: { content: 'by webhook' } });
  expect(answered).toEqual({ errcode: 0, errmsg: 'ok' });
  const body = { robotCode, userIds: [senderStaffId], msgKey: 'sampleText', msgParam: '{"content":"by API"}' };
  const headers = { 'x-acs-dingtalk-access-token': token };
  const { data: sent } = await axios.post('https://api.dingtalk.com/v1.0/robot/oToMessages/batchSend', body, { headers });
  expect(sent).toMatchObject({ processQueryKey: expect.any(String), invalidStaffIdList: [], flowControlledStaffIdList: [] });
  expect(dingtalk.platform.sent().map(({ to, text }) => [to, text])).toEqual([
    ['manager7675', 'by webhook'],
    ['manager7675', 'by API'],
  ]);
});

it('hears the button of a card, and says what the card is to become', async () => {
  const { dingtalk, client, said } = await connect();
  const pressed = said(TOPIC_CARD);
  await client.connect();
  const press = { outTrackId: 'card-1', userId: 'manager7675', content: '{"cardPrivateData":{"actionIds":["yes"],"params":{}}}' };
  const told = dingtalk.deliver('CALLBACK', TOPIC_CARD, press);
  const { headers, data } = await pressed;
  expect(JSON.parse(data)).toEqual(press);
  client.socketCallBackResponse(headers.messageId, { cardData: { cardParamMap: { title: 'done' } } });
  expect(JSON.parse(await told)).toEqual({ response: { cardData: { cardParamMap: { title: 'done' } } } });
});

it('answers pings, and comes back when it is told to leave', async () => {
  const { dingtalk, client } = await connect();
  await client.connect();
  expect(await dingtalk.deliver('SYSTEM', 'ping', { opaque: '123-dsfs' })).toBe('{"opaque":"123-dsfs"}');
  dingtalk.push('SYSTEM', 'disconnect', { reason: 'connection is expired' });
  await vi.waitUntil(() => !client.connected);
  const again = dingtalk.connected();
  // It waits for the other side to close; DingTalk does after ten seconds.
  dingtalk.platform.disconnect?.();
  await again;
  await vi.waitUntil(() => client.connected);
});

it('is given no ticket for a wrong secret, and no connection for a ticket that was used', async () => {
  const wrong = await connect('wrong');
  await expect(wrong.client.getEndpoint()).rejects.toMatchObject({ response: { status: 401, data: { code: 'authFailed' } } });
  await expect(wrong.client.getAccessToken()).rejects.toThrow('access_token failed');
  const { client } = await connect();
  client.config.autoReconnect = false;
  vi.spyOn(console, 'warn').mockReturnValue(undefined);
  await client.getEndpoint();
  await client._connect();
  await expect(client._connect()).rejects.toThrow('401');
});
