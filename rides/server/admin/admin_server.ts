import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Failure, PermissionDenied } from "../../domain/failure.ts";
import { type Address, formatAddress } from "../../wire/address.ts";
import { Caller } from "../auth/caller.ts";
import { ListenError } from "../errors.ts";
import type { Log } from "../log.ts";
import { wholeError } from "../whole_error.ts";
import { hostOf, isCrossSite, isOwnHost } from "./host_check.ts";
import { adminAddress, type AdminOptions } from "./options.ts";
import { type AdminSubjects, answerText, type Page } from "./page.ts";
import { adminPages } from "./pages.ts";
import { keepFew } from "./places.ts";
import { type SecretsGuard, secretsGuard } from "./secrets.ts";

/** Small limits, since it has few clients. */
const MAX_CONNECTIONS = 32;
const MAX_HEADER_BYTES = 8 * 1024;
/** From a connection to the end of a request. */
const REQUEST_TIMEOUT_MS = 5_000;
/** For a peer that reads nothing; longer than any profile takes. */
const IDLE_TIMEOUT_MS = 90_000;

/**
 * An HTTP/1.1 server besides the gRPC one, for operators: health, metrics, versions, profiles. It holds
 * little, and answers only requests that name it by an address or a known host name.
 */
export class AdminServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #pages: ReadonlyMap<string, Page>;
  readonly #names: ReadonlySet<string>;
  readonly #guard: SecretsGuard;

  private constructor(
    options: AdminOptions,
    subjects: AdminSubjects,
    private readonly log: Log,
  ) {
    const { host } = adminAddress(options);
    const { names = [] } = options;
    this.#guard = secretsGuard(options, subjects.access);
    this.#names = new Set([host, ...names].map((name) => name.toLowerCase()));
    this.#pages = new Map(adminPages(subjects).map((page) => [page.path, page]));
    this.#server = createServer({
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: REQUEST_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: 1_000,
    }, (request, response) => void this.#answer(request, response));
    keepFew(this.#server, MAX_CONNECTIONS);
    this.#server.setTimeout(IDLE_TIMEOUT_MS, (socket) => socket.destroy());
  }

  /**
   * @param reusePort whether a server that is being replaced may listen at the same port
   * @throws {ListenError} if the address cannot be listened on
   */
  static async start(
    options: AdminOptions,
    subjects: AdminSubjects,
    log: Log,
    reusePort = false,
  ): Promise<AdminServer> {
    const admin = new AdminServer(options, subjects, log);
    const { host, port } = adminAddress(options);
    await new Promise<void>((resolve, reject) => {
      const refuse = (cause: Error) =>
        reject(new ListenError(formatAddress({ host, port }), cause, "--admin"));
      admin.#server.once("error", refuse);
      admin.#server.listen({ port, host, reusePort }, () => {
        admin.#server.off("error", refuse);
        resolve();
      });
    });
    return admin;
  }

  /** Where it listens, with the real port. */
  get address(): Address {
    const { address, port } = this.#server.address() as AddressInfo;
    return { host: address, port };
  }

  /** Ends at once: its clients can ask again elsewhere. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#answerOwn(request, response);
    } catch (error) {
      this.log("error", "the admin port failed unexpectedly", {
        page: request.url,
        stack: wholeError(error),
      });
      if (response.headersSent) response.destroy();
      else answerText(response, 500, "it failed; the log says why\n");
    }
  }

  async #answerOwn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const host = hostOf(request);
    if (host === undefined) return answerText(response, 400, "a request needs one Host\n");
    if (!isOwnHost(host, this.#names) || isCrossSite(request.headers["sec-fetch-site"])) {
      return answerText(response, 421, "ask by an address, localhost, or a name of --admin-name\n");
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("allow", "GET, HEAD");
      return answerText(response, 405, "only GET is answered\n");
    }
    const url = URL.parse(request.url ?? "/", "http://admin");
    const page = url && this.#pages.get(url.pathname);
    if (!page) return answerText(response, 404, "no such page; / lists them\n");
    if (page.secret && !this.#showsSecret(page, request, response)) return;
    await page.answer(request, response, url);
  }

  #showsSecret({ path }: Page, request: IncomingMessage, response: ServerResponse): boolean {
    const caller = this.#guard(request, path);
    const refusal = caller instanceof Failure ? caller : undefined;
    this.log("warn", `${path} was asked for`, {
      peer: request.socket.remoteAddress,
      identity: caller instanceof Caller ? caller.name : undefined,
      refused: refusal?.message,
    });
    if (!refusal) return true;
    const isKnown = refusal instanceof PermissionDenied;
    if (!isKnown) response.setHeader("www-authenticate", "Bearer");
    answerText(response, isKnown ? 403 : 401, `${refusal.message}\n`);
    return false;
  }
}
