/** By the name of a message. */
export type ProtobufFields = Readonly<Record<string, string>>;
