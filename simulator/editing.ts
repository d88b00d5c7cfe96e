// A door for what changes one thing in a keepalived.conf: switches, and whoever asks what it names.
export {
  hasStatement,
  insertLine,
  namesAt,
  readValue,
  removeStatement,
  setValue,
  virtualAddresses,
} from "./keepalived/edit.ts";
