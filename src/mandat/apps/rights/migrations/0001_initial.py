import django.db.models.deletion
import mandat.apps.custody.sealing
import mandat.apps.rights.models
import uuid
from django.conf import settings
from django.db import migrations, models

from mandat.web.migrating import CreateModels


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('custody', '0001_initial'),
        ('ledger', '0001_initial'),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name='Benefit',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('right', models.SlugField(max_length=60)),
                        ('right_version', models.PositiveIntegerField()),
                        ('holder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='benefits', to=settings.AUTH_USER_MODEL)),
                        ('type', models.CharField(max_length=20)),
                        ('code', models.CharField(default=mandat.apps.rights.models.reference, editable=False, max_length=14, unique=True)),
                        ('starts_on', models.DateField()),
                        ('ends_on', models.DateField(null=True)),
                        ('status', models.CharField(choices=[('active', 'in force'), ('ended', 'ended')], default='active', max_length=8)),
                        ('ended_because', models.CharField(blank=True, max_length=10)),
                        ('amount', models.DecimalField(decimal_places=6, max_digits=14, null=True)),
                        ('unit', models.CharField(blank=True, max_length=20)),
                        ('next_due', models.DateField(null=True)),
                        ('remind_on', models.DateField(null=True)),
                        ('reminded', models.BooleanField(default=False)),
                        ('profile', mandat.apps.custody.sealing.SealedJSONField(default=dict, subject='decision__claim__person')),
                        ('synthetic', models.BooleanField(default=False)),
                    ],
                    options={
                        'verbose_name': 'benefit',
                        'indexes': [models.Index(models.F('programme'), models.F('right'), models.F('status'), models.F('ends_on'), name='benefits_of_a_right'), models.Index(models.F('holder'), models.OrderBy(models.F('id'), descending=True), name='benefits_of_a_person'), models.Index(models.F('next_due'), condition=models.Q(('status', 'active')), name='benefits_to_pay'), models.Index(models.F('ends_on'), condition=models.Q(('status', 'active')), name='benefits_to_end'), models.Index(models.F('remind_on'), condition=models.Q(('reminded', False), ('status', 'active')), name='benefits_to_remind')],
                        'constraints': [models.UniqueConstraint(models.F('programme'), models.F('holder'), models.F('right'), models.F('starts_on'), condition=models.Q(('status', 'active')), name='one_benefit_a_start')],
                    },
                ),
                migrations.CreateModel(
                    name='Claim',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('reference', models.CharField(default=mandat.apps.rights.models.reference, editable=False, max_length=14, unique=True)),
                        ('right', models.SlugField(max_length=60)),
                        ('right_version', models.PositiveIntegerField(default=0)),
                        ('claimant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='claims', to=settings.AUTH_USER_MODEL)),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='custody.subject')),
                        ('state', models.CharField(choices=[('draft', 'draft'), ('submitted', 'being examined'), ('incomplete', 'waiting for evidence'), ('granted', 'granted'), ('refused', 'refused'), ('appealed', 'under appeal'), ('withdrawn', 'withdrawn')], default='draft', max_length=12)),
                        ('is_open', models.BooleanField(default=False, help_text='the service has something to do')),
                        ('answers', mandat.apps.custody.sealing.SealedJSONField(default=dict, subject='person')),
                        ('identity', mandat.apps.custody.sealing.SealedJSONField(default=dict, subject='person')),
                        ('area', models.CharField(blank=True, max_length=20)),
                        ('created_at', models.DateTimeField()),
                        ('saved_at', models.DateTimeField()),
                        ('submitted_at', models.DateTimeField(null=True)),
                        ('complete_on', models.DateField(null=True)),
                        ('due_on', models.DateField(null=True)),
                        ('suspended_days', models.PositiveIntegerField(default=0)),
                        ('discard_on', models.DateField(help_text='when answers proved by evidence are next discarded', null=True)),
                        ('assigned_to', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('renews', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='renewals', to='rights.benefit')),
                        ('emptied_at', models.DateTimeField(null=True)),
                        ('synthetic', models.BooleanField(default=False)),
                    ],
                    options={
                        'verbose_name': 'claim',
                        'indexes': [models.Index(models.F('programme'), models.F('is_open'), models.F('due_on'), models.F('id'), name='claims_late_first'), models.Index(models.F('programme'), models.F('state'), models.F('due_on'), models.F('id'), name='claims_of_a_state'), models.Index(models.F('programme'), models.F('right'), models.F('is_open'), models.F('due_on'), models.F('id'), name='claims_of_a_right'), models.Index(models.F('claimant'), models.OrderBy(models.F('id'), descending=True), name='claims_of_a_person'), models.Index(models.F('assigned_to'), models.F('state'), models.F('due_on'), name='claims_of_an_agent'), models.Index(models.F('discard_on'), condition=models.Q(('discard_on__isnull', False)), name='claims_to_discard')],
                        'constraints': [models.UniqueConstraint(models.F('programme'), models.F('claimant'), models.F('right'), condition=models.Q(('state__in', ['draft', 'submitted', 'incomplete'])), name='one_claim_under_way')],
                    },
                ),
                migrations.CreateModel(
                    name='Decision',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('claim', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='rights.claim')),
                        ('rank', models.PositiveSmallIntegerField()),
                        ('outcome', models.CharField(choices=[('granted', 'granted'), ('refused', 'refused')], max_length=8)),
                        ('by', models.CharField(choices=[('automatic', 'by the algorithm alone'), ('agent', 'by an agent'), ('silence', 'by silence')], max_length=10)),
                        ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('on_appeal', models.BooleanField(default=False)),
                        ('decided_at', models.DateTimeField()),
                        ('decided_on', models.DateField()),
                        ('appeal_until', models.DateField()),
                        ('right', models.SlugField(max_length=60)),
                        ('right_version', models.PositiveIntegerField()),
                        ('rule', models.SlugField(max_length=60)),
                        ('rule_version', models.PositiveIntegerField()),
                        ('rule_digest', models.CharField(max_length=64)),
                        ('mention', models.BooleanField()),
                        ('sha256', models.CharField(max_length=64)),
                        ('record', mandat.apps.custody.sealing.SealedTextField(bind='sha256', subject='claim__person')),
                        ('fact_index', models.BigIntegerField()),
                    ],
                    options={
                        'verbose_name': 'decision',
                        'indexes': [models.Index(models.F('right'), models.F('decided_on'), name='decisions_of_a_right')],
                        'constraints': [models.UniqueConstraint(models.F('claim'), models.F('rank'), name='one_decision_a_rank'), models.CheckConstraint(condition=models.Q(models.Q(('by', 'automatic'), _negated=True), ('mention', True), _connector='OR'), name='automatic_carries_mention'), models.CheckConstraint(condition=models.Q(('by', 'automatic'), ('on_appeal', True), _negated=True), name='appeal_by_a_person')],
                    },
                ),
                migrations.CreateModel(
                    name='Move',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('token', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('claim', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='moves', to='rights.claim')),
                        ('name', models.CharField(max_length=24)),
                        ('source', models.CharField(choices=[('draft', 'draft'), ('submitted', 'being examined'), ('incomplete', 'waiting for evidence'), ('granted', 'granted'), ('refused', 'refused'), ('appealed', 'under appeal'), ('withdrawn', 'withdrawn')], max_length=12)),
                        ('target', models.CharField(choices=[('draft', 'draft'), ('submitted', 'being examined'), ('incomplete', 'waiting for evidence'), ('granted', 'granted'), ('refused', 'refused'), ('appealed', 'under appeal'), ('withdrawn', 'withdrawn')], max_length=12)),
                        ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('at', models.DateTimeField()),
                        ('reason', mandat.apps.custody.sealing.SealedTextField(blank=True, default='', subject='claim__person')),
                    ],
                    options={
                        'verbose_name': 'step of a claim',
                        'indexes': [models.Index(models.F('claim'), models.F('id'), name='moves_in_order')],
                    },
                ),
                migrations.CreateModel(
                    name='Piece',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('claim', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pieces', to='rights.claim')),
                        ('code', models.SlugField(max_length=60)),
                        ('upload', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='rights_pieces', to='custody.storedfile')),
                        ('added_at', models.DateTimeField()),
                        ('verdict', models.CharField(blank=True, choices=[('accepted', 'accepted'), ('rejected', 'not accepted')], max_length=8)),
                        ('judged_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('discard_on', models.DateField(null=True)),
                        ('discarded_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'verbose_name': 'piece of evidence',
                        'indexes': [models.Index(models.F('discard_on'), condition=models.Q(('discarded_at__isnull', True)), name='pieces_to_discard')],
                    },
                ),
                migrations.CreateModel(
                    name='EvidenceRequest',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('token', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('claim', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='rights.claim')),
                        ('codes', models.JSONField(default=list)),
                        ('text', mandat.apps.custody.sealing.SealedTextField(blank=True, default='', subject='claim__person')),
                        ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('asked_on', models.DateField()),
                        ('until', models.DateField()),
                        ('closed_on', models.DateField(null=True)),
                        ('reminded', models.BooleanField(default=False)),
                    ],
                    options={
                        'verbose_name': 'request for evidence',
                        'indexes': [models.Index(models.F('until'), condition=models.Q(('closed_on__isnull', True)), name='requests_running')],
                    },
                ),
                migrations.CreateModel(
                    name='Message',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('token', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('claim', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='rights.claim')),
                        ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('from_service', models.BooleanField()),
                        ('at', models.DateTimeField()),
                        ('text', mandat.apps.custody.sealing.SealedTextField(subject='claim__person')),
                        ('read_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'verbose_name': 'message',
                        'indexes': [models.Index(models.F('claim'), models.F('id'), name='messages_in_order'), models.Index(models.F('claim'), condition=models.Q(('from_service', False), ('read_at__isnull', True)), name='messages_to_read')],
                    },
                ),
                migrations.CreateModel(
                    name='Appeal',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('token', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('decision', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='appeal', to='rights.decision')),
                        ('lodged_at', models.DateTimeField()),
                        ('grounds', mandat.apps.custody.sealing.SealedTextField(subject='decision__claim__person')),
                        ('due_on', models.DateField()),
                        ('outcome', models.CharField(blank=True, choices=[('accepted', 'accepted'), ('rejected', 'rejected'), ('dropped', 'dropped')], max_length=8)),
                        ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('decided_at', models.DateTimeField(null=True)),
                        ('reason', mandat.apps.custody.sealing.SealedTextField(blank=True, default='', subject='decision__claim__person')),
                    ],
                    options={
                        'verbose_name': 'appeal',
                        'indexes': [models.Index(models.F('due_on'), condition=models.Q(('outcome', '')), name='appeals_waiting')],
                    },
                ),
                migrations.CreateModel(
                    name='TransferRun',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('token', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('reference', models.CharField(max_length=28, unique=True)),
                        ('made_at', models.DateTimeField()),
                        ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('file', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ledger.paymentfile')),
                        ('xml', mandat.apps.custody.sealing.SealedTextField(blank=True, default='')),
                    ],
                    options={
                        'verbose_name': 'payment file',
                    },
                ),
                migrations.CreateModel(
                    name='Payment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('benefit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='rights.benefit')),
                        ('kind', models.CharField(choices=[('due', 'payment'), ('refund', 'overpayment to refund')], default='due', max_length=8)),
                        ('key', models.CharField(max_length=80, unique=True)),
                        ('period_start', models.DateField()),
                        ('amount', models.DecimalField(decimal_places=6, max_digits=14)),
                        ('unit', models.CharField(max_length=20)),
                        ('status', models.CharField(choices=[('ordered', 'ordered'), ('waiting', 'waiting'), ('settled', 'settled'), ('cancelled', 'cancelled')], max_length=10)),
                        ('run', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='rights.transferrun')),
                        ('made_at', models.DateTimeField()),
                        ('settled_at', models.DateTimeField(null=True)),
                        ('reason', models.CharField(blank=True, max_length=40)),
                    ],
                    options={
                        'verbose_name': 'payment',
                        'indexes': [models.Index(models.F('status'), models.F('kind'), models.F('unit'), models.F('run'), models.F('id'), name='payments_by_status')],
                    },
                ),
                migrations.CreateModel(
                    name='SavedFilter',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rights_filters', to=settings.AUTH_USER_MODEL)),
                        ('name', models.CharField(max_length=80)),
                        ('query', models.CharField(max_length=500)),
                    ],
                    options={
                        'verbose_name': 'saved filter',
                        'constraints': [models.UniqueConstraint(models.F('user'), models.F('name'), name='one_filter_a_name')],
                    },
                ),
            ]
        ),
        migrations.AddField(
            model_name='benefit',
            name='decision',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='benefit', to='rights.decision'),
        ),
    ]
