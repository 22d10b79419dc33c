export default class NoPlugin {}
