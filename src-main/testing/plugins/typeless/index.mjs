// As the tutorial has it: only sendMessage, and onMessage called from the constructor.
export default class MyCustomChannel {
  constructor() {
    void this.onMessage({ id: '1', from: { id: 'someone' }, content: 'from the constructor' });
  }

  async sendMessage() {}
}
