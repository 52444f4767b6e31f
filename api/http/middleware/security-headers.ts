// The API speaks HTTP and the store; this file: headers that keep browsers strict. Nothing comes from elsewhere, nothing inline.
import helmet from "helmet";

export const securityHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'self'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      // The docs page draws its icons from data URLs.
      imgSrc: ["'self'", "data:"],
      connectSrc: ["'self'"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  // Whether there is TLS is known to the proxy in front, not to us: over plain HTTP the header says nothing.
  strictTransportSecurity: false,
});
