/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ports.h - the ports that a Galera node uses, out of its configuration
 */
#ifndef STEPS_GALERA_PORTS_H
#define STEPS_GALERA_PORTS_H

#include <stddef.h>

#include "steps/galera/config.h"

struct galera_port {
	const char *proto;     /* "tcp", "udp" */
	unsigned int number;
	const char *purpose;   /* "replication", "IST", "SST", "replication, multicast" */
	char setting[64];      /* what moved it from its default: "gmcast.listen_addr"; "" */
};

/* At most: replication tcp, the same udp where multicast is configured, IST, SST. */
#define GALERA_PORTS_MAX 4

/*
 * galera_ports - fill ports (GALERA_PORTS_MAX), return how many, or -EINVAL naming the setting that
 * is no port. An SST by mysqldump uses the client port, so it has no SST port. base_port,
 * gmcast.listen_addr, ist.recv_addr, wsrep_node_address, wsrep_node_incoming_address and
 * wsrep_sst_receive_address are looked at, as Galera does; IPv6 addresses in brackets too.
 */
int galera_ports(const struct galera_config *config, struct galera_port *ports, struct error *err);

#endif
