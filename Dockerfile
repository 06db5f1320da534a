# The production image: the one binary, without the embedded Temporal server.
FROM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -tags production -trimpath -ldflags "-s -w" -o /replyflow ./cmd/replyflow
RUN mkdir /spool

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /replyflow /replyflow
# The spool's folder: a volume that is mounted here starts with this owner.
COPY --from=build --chown=nonroot:nonroot /spool /var/lib/replyflow
ENTRYPOINT ["/replyflow"]
